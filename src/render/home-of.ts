import type { LabPlan, PlannedCluster, PlannedNode } from '../lab/plan.ts';

/** Where a machine comes from: its node in the cluster that has addresses of its own, whoever holds it now. */
export function homeOf(plan: LabPlan, machine: string): { readonly cluster: PlannedCluster; readonly node: PlannedNode } | undefined {
  for (const cluster of plan.clusters) {
    const node = cluster.slot === null ? undefined : cluster.nodes.find((one) => one.machine === machine);
    if (node) return { cluster, node };
  }
  return undefined;
}
