import type { PlannedCluster, PlannedNode } from './plan.ts';

/** The nodes that make up a cluster, without what only stands beside it: provisionhost and bootstrap. */
export function membersOf({ nodes }: Pick<PlannedCluster, 'nodes'>): readonly PlannedNode[] {
  return nodes.filter(isMember);
}

export function isMember({ role }: Pick<PlannedNode, 'role'>): boolean {
  return role !== 'provisionhost' && role !== 'bootstrap';
}
