import type { LabPlan, PlannedCluster, PlannedNode } from '../lab/plan.ts';

/** Where a machine comes from: its node in the cluster that has addresses of its own, whoever holds it now. */
export function homeOf(plan: LabPlan, machine: string): { readonly cluster: PlannedCluster; readonly node: PlannedNode } | undefined {
  const home = plan.machines.find(({ name }) => name === machine)?.home;
  for (const cluster of plan.clusters) {
    // Bare metal is nobody's: the first that has it with a slot.
    const mine = home === undefined ? cluster.slot !== null : cluster.name === home;
    const node = mine ? cluster.nodes.find((one) => one.machine === machine) : undefined;
    if (node) return { cluster, node };
  }
  return undefined;
}
