import { getRun, listRuns, type Run } from '../../contract/runs.ts';
import type { Sql } from '../../db/transaction.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Known } from '../auth/principal.ts';
import { handle } from '../handle.ts';
import { selectRuns } from './select-runs.ts';

export const getRunRoute = handle(getRun, async ({ pool, leaseTermMs }, { params, principal }) => ({
  run: await selectRun(pool, { id: params.runId, caller: principal, termMs: leaseTermMs }),
}));

export const listRunsRoute = handle(listRuns, async ({ pool, leaseTermMs }, { principal }) => ({
  runs: await selectRuns(pool, { caller: principal, termMs: leaseTermMs }),
}));

/** @throws LabwrightError `not_found` */
export async function selectRun(sql: Sql, options: { readonly caller: Known | undefined; readonly id: string; readonly termMs: number }): Promise<Run> {
  const [run] = await selectRuns(sql, options);
  if (!run) throw new LabwrightError('not_found', `no run ${options.id} among yours`);
  return run;
}
