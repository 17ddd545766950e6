import type { Sql } from '../../db/transaction.ts';

export type DciStatus = 'new' | 'pre-run' | 'running' | 'post-run' | 'success' | 'failure' | 'error' | 'killed';

/** What DCI's clients see of a run's job: a jobstate, the job's status, and its duration in whole seconds. */
export async function recordJobstate(sql: Sql, jobId: string, status: DciStatus, comment: string | null): Promise<void> {
  await sql.query(`insert into jobstates (job_id, status, comment, created_at) values ($1, $2, $3, clock_timestamp() at time zone 'utc')`, [
    jobId,
    status,
    comment,
  ]);
  await sql.query(`update jobs set status = $2, duration = round(extract(epoch from (clock_timestamp() at time zone 'utc') - created_at)) where id = $1`, [
    jobId,
    status,
  ]);
}
