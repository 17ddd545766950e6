import type { LabPlan, PlannedCluster, PlannedNode } from '../lab/plan.ts';

/** Who has a machine now: its node in the active cluster, else in the first that declares it. */
export function holderOf(plan: LabPlan, machine: string): { readonly cluster: PlannedCluster; readonly node: PlannedNode } | undefined {
  const holders = plan.clusters.flatMap((cluster) => cluster.nodes.filter((node) => node.machine === machine).map((node) => ({ cluster, node })));
  return holders.find(({ cluster }) => cluster.active) ?? holders[0];
}
