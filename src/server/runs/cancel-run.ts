import { cancelRun } from '../../contract/runs.ts';
import { inTransaction } from '../../db/transaction.ts';
import { LabwrightError } from '../../util/errors.ts';
import { isMember } from '../auth/principal.ts';
import { handle } from '../handle.ts';
import { notify } from '../live/changes.ts';
import { endJob } from '../queue/end-job.ts';
import { selectRun } from './read-runs.ts';

/** Waiting jobs end at once; running ones when their agent hears of it, so that it can stop and clean up. */
export const cancelRunRoute = handle(cancelRun, ({ pool, leaseTermMs }, { params, body, principal }) =>
  inTransaction(pool, async (sql) => {
    const { rows } = await sql.query<{ remoteci_id: string; team_id: string }>(
      'select r.remoteci_id, p.team_id from runs r join pipelines p on p.id = r.id where r.id = $1 for update of r',
      [params.runId],
    );
    const run = rows[0];
    if (!run || !isMember(principal, run.team_id)) throw new LabwrightError('not_found', `no run ${params.runId} among yours`);
    await sql.query('update runs set cancel_reason = coalesce(cancel_reason, $2) where id = $1', [params.runId, body.reason]);
    const { rows: waiting } = await sql.query<{ job_id: string; name: string }>(
      `select job_id, name from run_jobs where run_id = $1 and status = 'waiting' order by position for update`,
      [params.runId],
    );
    for (const { job_id, name } of waiting) {
      const error = { object: name, condition: 'Cancelled', reason: 'CancelRequested', message: body.reason, step: null, hint: null };
      await endJob(sql, job_id, { status: 'killed', error, simulatedMs: null });
    }
    await notify(sql, { kind: 'run', runId: params.runId });
    await notify(sql, { kind: 'jobs', remoteciId: run.remoteci_id });
    return { run: await selectRun(sql, { id: params.runId, caller: principal, termMs: leaseTermMs }) };
  }),
);
