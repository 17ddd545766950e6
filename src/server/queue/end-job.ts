import type { JobError } from '../../contract/agent.ts';
import type { Sql } from '../../db/transaction.ts';
import { recordJobstate } from './record-jobstate.ts';

export interface JobEnd {
  readonly status: 'success' | 'failure' | 'error' | 'killed';
  readonly error: JobError | null;
  readonly simulatedMs: number | null;
}

/** Ends a job, gives up its lease, and skips what needed it unless it succeeded. */
export async function endJob(sql: Sql, jobId: string, end: JobEnd): Promise<void> {
  await sql.query(`update run_jobs set status = $2, error = $3, simulated_ms = $4, ended_at = clock_timestamp(), lease_expires_at = null where job_id = $1`, [
    jobId,
    end.status,
    end.error === null ? null : JSON.stringify(end.error),
    end.simulatedMs,
  ]);
  await recordJobstate(sql, jobId, end.status, end.error === null ? null : sentence(end.error));
  if (end.status !== 'success') await skipDependants(sql, jobId);
}

/** Everything behind a job that did not succeed, however far. DCI has no word for it: there such a job is killed, with the reason. */
async function skipDependants(sql: Sql, jobId: string): Promise<void> {
  const { rows } = await sql.query<{ job_id: string; needed: string; status: string }>(
    `with recursive behind as (
       select n.job_id, n.needed_id from run_job_needs n where n.needed_id = $1 and not n.just_ended
       union select n.job_id, n.needed_id from run_job_needs n join behind b on n.needed_id = b.job_id where not n.just_ended
     ), skipped as (
       update run_jobs set status = 'skipped', ended_at = clock_timestamp() where status = 'waiting' and job_id in (select job_id from behind)
       returning job_id
     )
     select distinct on (s.job_id) s.job_id, needed.name as needed, needed.status
     from skipped s join behind b on b.job_id = s.job_id join run_jobs needed on needed.job_id = b.needed_id order by s.job_id, needed.position`,
    [jobId],
  );
  for (const row of rows) {
    const reason = `skipped: ${row.needed} did not succeed`;
    await sql.query('update jobs set status_reason = $2 where id = $1', [row.job_id, reason]);
    await recordJobstate(sql, row.job_id, 'killed', reason);
  }
}

function sentence(error: JobError): string {
  return `${error.object} ${error.condition}: ${error.reason}: ${error.message}`;
}
