import type { LabPlan } from '../lab/plan.ts';

/** Where a lab's files lie. Each folder belongs to one lab: destroy may remove all of it. */
export interface LabPaths {
  /** On a server: where libvirt's own folders are, so that its accounts and labels fit. */
  readonly imagesDir: string;
  readonly consolesDir: string;
  readonly logsDir: string;
  /** On the jumphost. */
  readonly confDir: string;
  readonly stateDir: string;
}

export function labPaths(plan: Pick<LabPlan, 'lab'>): LabPaths {
  return {
    imagesDir: `/var/lib/libvirt/images/labwright-${plan.lab}`,
    consolesDir: `/var/lib/libvirt/qemu/labwright-${plan.lab}`,
    logsDir: `/var/log/libvirt/qemu/labwright-${plan.lab}`,
    confDir: `/etc/labwright/${plan.lab}/dnsmasq.d`,
    stateDir: `/var/lib/dnsmasq/labwright-${plan.lab}`,
  };
}
