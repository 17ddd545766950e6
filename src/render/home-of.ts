import { planIndex, type Membership } from '../lab/plan-index.ts';
import type { LabPlan } from '../lab/plan.ts';

/** Where a machine comes from: its node in the cluster whose entry makes it; of bare metal, in the first that has it with a slot. Whoever holds it now. */
export function homeOf(plan: LabPlan, machine: string): Membership | undefined {
  const { machines, memberships } = planIndex(plan);
  const home = machines.get(machine)?.home;
  return memberships.get(machine)?.find(({ cluster }) => (home === undefined ? cluster.slot !== null : cluster.name === home));
}
