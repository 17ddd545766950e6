import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import { combinations, matches, type Cell } from './axes.ts';
import { findSpokes, holderOf } from './find-spokes.ts';
import { notOffered, outOfReach, type Exclusion, type Reach } from './exclusions.ts';
import type { Matrix } from './read-matrix.ts';

/** A cell of a matrix in a lab: what it will run on, or every rule that keeps it from running. */
export type PlacedCell = PlannedCell | { readonly cell: Cell; readonly status: 'excluded'; readonly exclusions: readonly Exclusion[] };

export interface PlannedCell {
  readonly cell: Cell;
  readonly status: 'planned';
  readonly hub: PlannedCluster;
  readonly spoke: PlannedCluster;
}

export interface PlaceDeps {
  readonly plan: LabPlan;
  readonly reach: Reach;
  /** Cells to leave in: those that have one of the values of every axis named here. */
  readonly only: Readonly<Record<string, readonly string[]>>;
}

/**
 * Gives each cell of a matrix a spoke of the lab, and with it the spoke's hub. Cells that want the same kind of spoke share
 * out those there are; clusters that stand on one machine are never both used.
 */
export function placeCells(matrix: Matrix, { plan, reach, only }: PlaceDeps): PlacedCell[] {
  const cells = combinations(matrix.axes).filter((cell) => Object.entries(only).every(([axis, values]) => values.includes(cell[axis as keyof Cell] ?? '')));
  const used = new Map<string, { readonly cluster: PlannedCluster; cells: number }>();
  return cells.map((cell): PlacedCell => {
    const pinned = matrix.cells.find((row) => matches(cell, row))?.cluster;
    const wanted = findSpokes(cell, { plan, allowed: pinned === undefined ? matrix.clusters : [pinned] });
    const barred = wanted.spokes.map((found) => ({ ...found, why: inTheWay(found, { plan, matrix, used: [...used.values()].map(({ cluster }) => cluster) }) }));
    const free = barred.filter(({ why }) => why === undefined);
    const least = free.toSorted((a, b) => (used.get(a.spoke.name)?.cells ?? 0) - (used.get(b.spoke.name)?.cells ?? 0))[0];
    const machines: Exclusion[] = least ? [] : [{ rule: 'too-few-machines', needs: wanted.needs, has: barred[0]?.why ?? wanted.has }];
    const exclusions = [...machines, ...notOffered(cell, matrix.topic), ...outOfReach(cell, reach)];
    if (!least || exclusions.length > 0) return { cell, status: 'excluded', exclusions };
    const { hub, spoke } = least;
    for (const cluster of [hub, spoke]) used.set(cluster.name, { cluster, cells: (used.get(cluster.name)?.cells ?? 0) + 1 });
    return { cell, status: 'planned', hub, spoke };
  });
}

interface Room {
  readonly plan: LabPlan;
  readonly matrix: Matrix;
  readonly used: readonly PlannedCluster[];
}

/** Who holds machines of the spoke or of its hub and will not let go of them. */
function inTheWay({ hub, spoke }: { readonly hub: PlannedCluster; readonly spoke: PlannedCluster }, { plan, matrix, used }: Room): string | undefined {
  for (const cluster of [hub, spoke]) {
    const holder = holderOf(cluster, plan, matrix.release);
    if (holder) return `${holder} holds machines of ${cluster.name}, and release: does not name it`;
    const other = used.find((one) => one.name !== cluster.name && sharesMachines(one, cluster));
    if (other) return `${cluster.name} stands on machines of ${other.name}, which other cells use`;
  }
  return sharesMachines(hub, spoke) ? `${spoke.name} stands on machines of its hub ${hub.name}` : undefined;
}

export function sharesMachines(a: PlannedCluster, b: PlannedCluster): boolean {
  const machines = new Set(a.nodes.map(({ machine }) => machine));
  return b.nodes.some(({ machine }) => machines.has(machine));
}
