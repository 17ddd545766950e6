import { planIndex, type Membership } from '../lab/plan-index.ts';
import type { LabPlan } from '../lab/plan.ts';

/** Who has a machine now: its node in the active cluster, else in the first that declares it. */
export function holderOf(plan: LabPlan, machine: string): Membership | undefined {
  const holders = planIndex(plan).memberships.get(machine) ?? [];
  return holders.find(({ cluster }) => cluster.active) ?? holders[0];
}
