import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import type { Cell } from './axes.ts';
import { cellJobs, destroyJob, hubInstall, type JobEntry } from './cell-jobs.ts';
import { sharesMachines, type PlacedCell, type PlannedCell } from './place-cells.ts';
import type { Matrix } from './read-matrix.ts';

export interface MatrixJobs {
  /** Each job after all it waits for. */
  readonly entries: readonly JobEntry[];
  /** Names of the jobs that decide a cell, in their order: its hub's installation, then its own. */
  readonly jobsOf: ReadonlyMap<Cell, readonly string[]>;
}

/**
 * The pipeline that runs the cells: each hub once, and behind it the chain of each cell. Cells on one spoke follow one
 * another, whatever became of the one before: what that left behind is destroyed in between.
 */
export function matrixJobs(matrix: Matrix, placed: readonly PlacedCell[], plan: LabPlan): MatrixJobs {
  const planned = placed.filter((one): one is PlannedCell => one.status === 'planned');
  const hubs = [...new Set(planned.map(({ hub }) => hub))];
  const spokes = [...new Set(planned.map(({ spoke }) => spoke))];
  const released = plan.clusters.filter((one) => matrix.release.includes(one.name) && [...hubs, ...spokes].some((cluster) => sharesMachines(one, cluster)));
  const releases = (cluster: PlannedCluster): string[] => released.filter((one) => sharesMachines(one, cluster)).map(releaseName);

  const base = { stage: 'matrix', topic: matrix.topic, components: matrix.components };
  const entries: JobEntry[] = released.map((one) => ({ ...base, name: releaseName(one), action: 'release', cluster: one.name }));
  entries.push(...hubs.map((hub) => ({ ...base, ...hubInstall(hub), ...networkOf(hub, planned), needs: releases(hub) })));
  const jobsOf = new Map<Cell, readonly string[]>();
  for (const [spoke, cells] of Map.groupBy(planned, (one) => one.spoke)) {
    for (const [index, one] of cells.entries()) {
      const before = cells[index - 1];
      const destroy = before && destroyJob(before, jobsOf.get(before.cell)!.at(-1)!);
      const chain = cellJobs(one, { chain: matrix.chain, needs: releases(spoke), after: destroy ? [destroy.name] : [] });
      for (const job of destroy ? [destroy, ...chain] : chain) entries.push({ ...base, topic: one.cell.release ?? matrix.topic, ...job });
      jobsOf.set(one.cell, [hubInstall(one.hub).name, ...chain.map(({ name }) => name)]);
    }
  }
  return { entries, jobsOf };
}

/** A hub has no way out when none of its cells has one. */
function networkOf(hub: PlannedCluster, planned: readonly PlannedCell[]): { readonly network?: string } {
  return planned.every((one) => one.hub !== hub || one.cell.network === 'disconnected') ? { network: 'disconnected' } : {};
}

function releaseName({ name }: PlannedCluster): string {
  return `${name}-release`;
}
