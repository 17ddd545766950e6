import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import type { Cell } from './axes.ts';

export interface FoundSpokes {
  readonly spokes: readonly { readonly hub: PlannedCluster; readonly spoke: PlannedCluster }[];
  /** What a cell needs of the lab, and what there is when that is missing. */
  readonly needs: string;
  readonly has: string;
}

/** The spokes of a lab that are what a cell asks for: their size, their machines, the size of their hub. In the lab's order. */
export function findSpokes(cell: Cell, { plan, allowed }: { readonly plan: LabPlan; readonly allowed: readonly string[] | undefined }): FoundSpokes {
  const all = plan.clusters.flatMap((spoke) => {
    const hub = plan.clusters.find(({ name }) => name === spoke.hub);
    const usable = spoke.role === 'spoke' && spoke.install !== 'none' && hub !== undefined && hub.install !== 'none';
    return usable && (allowed?.includes(spoke.name) ?? true) ? [{ hub, spoke }] : [];
  });
  const spokes = all.filter(({ hub, spoke }) => {
    if (cell.hub !== undefined && !isHubOfSize(hub, cell.hub)) return false;
    if (cell.spoke !== undefined && sizeOf(spoke) !== cell.spoke) return false;
    return cell.infrastructure === undefined || infrastructureOf(spoke, plan) === cell.infrastructure;
  });
  const size = cell.spoke === undefined ? 'a spoke' : `a spoke of size ${cell.spoke}`;
  const on = cell.infrastructure === undefined ? '' : ` on ${cell.infrastructure}`;
  const under = cell.hub === undefined ? '' : ` under a hub of size ${cell.hub}`;
  const kinds = Map.groupBy(all, ({ hub, spoke }) => `${sizeOf(spoke)} on ${infrastructureOf(spoke, plan)} under ${hub.name} (${sizeOf(hub)})`);
  const listed = [...kinds].map(([kind, found]) => `${kind}: ${found.map(({ spoke }) => spoke.name).join(', ')}`);
  const has = listed.length === 0 ? `lab ${plan.lab} has no spoke` : `lab ${plan.lab} has ${listed.join('; ')}`;
  return { spokes, needs: size + on + under, has };
}

const SIZES = { sno: 'sno', compact: 'three-node', mno: 'mno' } as const;

export function sizeOf({ topology }: PlannedCluster): 'sno' | 'three-node' | 'mno' {
  return SIZES[topology];
}

/** Three masters are hub enough to be called multi-node: it needs no workers. */
function isHubOfSize(hub: PlannedCluster, size: string): boolean {
  return sizeOf(hub) === size || (size === 'mno' && sizeOf(hub) === 'three-node');
}

/** `mixed` fits no cell. */
function infrastructureOf({ nodes }: PlannedCluster, { machines }: LabPlan): 'vm' | 'metal' | 'mixed' {
  const kinds = new Set(nodes.map(({ machine }) => machines.find(({ name }) => name === machine)?.kind));
  return kinds.size === 1 ? (kinds.has('metal') ? 'metal' : 'vm') : 'mixed';
}

/** Another cluster that holds machines of this one now and is not asked to let go of them. */
export function holderOf(cluster: PlannedCluster, { clusters }: LabPlan, released: readonly string[]): string | undefined {
  if (cluster.active) return undefined;
  const machines = new Set(cluster.nodes.map(({ machine }) => machine));
  return clusters.find(
    ({ name, active, nodes }) => name !== cluster.name && active && !released.includes(name) && nodes.some((node) => machines.has(node.machine)),
  )?.name;
}
