import type { Run } from '../../contract/runs.ts';
import type { Cell } from '../../pipeline/matrix/axes.ts';
import { cellOutcome } from '../../pipeline/matrix/cell-outcome.ts';
import { exclusionText, type Exclusion } from '../../pipeline/matrix/exclusions.ts';
import type { PreparedMatrix } from '../house/prepared-rehearsal.ts';

/** A cell as `--json` prints it and the grid shows it. Names and shapes are a contract. */
export interface CellResult {
  readonly cell: Cell;
  readonly status: 'success' | 'failure' | 'excluded' | 'planned';
  /** Why it failed or is excluded, as one sentence. */
  readonly reason?: string;
  readonly hub?: string;
  readonly cluster?: string;
  readonly exclusions?: readonly Exclusion[];
  /** The job that failed, and on what. */
  readonly job?: string;
  readonly error?: { readonly object: string; readonly condition: string; readonly reason: string; readonly message: string; readonly hint: string | null };
}

/** What became of each cell; without a run, what would be done. */
export function matrixResults({ cells, jobsOf }: PreparedMatrix, run: Run | undefined): CellResult[] {
  return cells.map((placed): CellResult => {
    const { cell } = placed;
    if (placed.status === 'excluded')
      return { cell, status: 'excluded', reason: placed.exclusions.map(exclusionText).join('; '), exclusions: placed.exclusions };
    const where = { hub: placed.hub.name, cluster: placed.spoke.name };
    if (!run) return { cell, status: 'planned', ...where };
    const outcome = cellOutcome(jobsOf.get(cell)!.flatMap((name) => run.jobs.find((job) => job.name === name) ?? []));
    if (outcome.status === 'success') return { cell, status: 'success', ...where };
    const { job, reason, error } = outcome;
    if (!error) return { cell, status: 'failure', reason, ...where, job };
    return {
      cell,
      status: 'failure',
      reason,
      ...where,
      job,
      error: { object: error.object, condition: error.condition, reason: error.reason, message: error.message, hint: error.hint },
    };
  });
}
