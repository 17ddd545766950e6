import type { LabPlan } from '../lab/plan.ts';

/** Whether libvirt gives addresses and names itself: in networks of mode nat. Such a lab has no dnsmasq of its own on the jumphost. */
export function servedByLibvirt(plan: LabPlan): boolean {
  return plan.networks.every(({ mode }) => mode === 'nat');
}
