import { sql } from 'kysely';
import * as contract from '../../../contract/dci/jobs.ts';
import type { ServerRoute } from '../../handle.ts';
import { mustBeMember } from '../access.ts';
import { dciRoute } from '../dci-route.ts';
import { embedMany } from '../embed.ts';
import { insertRow, selectRow } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { insertJobEvent, isFinal } from './job-events.ts';

const { jobs, jobstates, files } = TABLES;

export const jobstateRoutes: readonly ServerRoute[] = [
  /**
   * A job that fails before it ran is an infrastructure error: its jobstate and event say so, while the job keeps the status
   * that was sent (reference/dci-control-server.md §4.2; both halves are pinned by the original's tests).
   */
  dciRoute(contract.createJobstate, ({ kysely }, { body, principal }) =>
    kysely.transaction().execute(async (db) => {
      const job = await selectRow(db, jobs, body.job_id);
      mustBeMember(principal, job['team_id']);
      await sql`select from jobs where id = ${job.id} for update`.execute(db);
      const early = job['status'] === 'new' || job['status'] === 'pre-run';
      const status = early && body.status === 'failure' ? 'error' : body.status;
      const jobstate = await insertRow(db, jobstates, { job_id: job.id, status, comment: body.comment });
      await sql`update jobs set status = ${body.status}, duration = ${durationOf('jobs')} where id = ${job.id}`.execute(db);
      if (isFinal(body.status) && !isFinal(job['status'])) await insertJobEvent(db, job, status);
      return { jobstate };
    }),
  ),

  dciRoute(contract.getJobstate, async ({ kysely: db }, { params, principal }) => {
    const jobstate = await selectRow(db, jobstates, params.jobstateId);
    const job = await selectRow(db, jobs, String(jobstate['job_id']));
    mustBeMember(principal, job['team_id'], { read: true });
    return { jobstate: (await embedMany(db, [jobstate], 'files', files, 'jobstate_id'))[0] };
  }),

  dciRoute(contract.deleteJobstate, async ({ kysely: db }, { params, principal }) => {
    const jobstate = await selectRow(db, jobstates, params.jobstateId);
    const job = await selectRow(db, jobs, String(jobstate['job_id']));
    mustBeMember(principal, job['team_id']);
    await sql`delete from jobstates where id = ${jobstate.id}`.execute(db);
  }),
];

/** Whole seconds since the job was made. */
export function durationOf(table: string): ReturnType<typeof sql> {
  return sql`round(extract(epoch from (clock_timestamp() at time zone 'utc') - ${sql.ref(`${table}.created_at`)}))`;
}
