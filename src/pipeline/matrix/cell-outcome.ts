import type { RunJobState } from '../../contract/runs.ts';
import type { JobError } from '../../contract/agent.ts';

/** What became of a cell: the job that decided it, and why it failed. */
export type CellOutcome =
  | { readonly status: 'success' }
  | { readonly status: 'failure'; readonly job: string; readonly reason: string; readonly error: JobError | undefined };

/** A cell succeeds when all its jobs did. Otherwise the first that did not says why: the others were skipped for it. */
export function cellOutcome(jobs: readonly Pick<RunJobState, 'name' | 'status' | 'error'>[]): CellOutcome {
  const failed = jobs.find(({ status }) => status !== 'success');
  if (!failed) return { status: 'success' };
  const { name, status, error } = failed;
  const why = error ? `${error.object} ${error.condition}: ${error.reason}: ${error.message}` : status;
  return { status: 'failure', job: name, reason: `${name}: ${why}`, error: error ?? undefined };
}
