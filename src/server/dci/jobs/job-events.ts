import { sql, type Kysely } from 'kysely';
import * as contract from '../../../contract/dci/jobs.ts';
import type { ServerRoute } from '../../handle.ts';
import { HttpError } from '../../http-error.ts';
import { dciRoute } from '../dci-route.ts';
import { listRows } from '../list-rows.ts';
import type { Row } from '../rows.ts';
import { TABLES } from '../tables.ts';

export const jobEventRoutes: readonly ServerRoute[] = [
  dciRoute(contract.getEventSequence, async ({ kysely: db }) => {
    await sql`insert into counter (name) values ('jobs_events') on conflict do nothing`.execute(db);
    const { rows } = await sql`select sequence, etag from counter where name = 'jobs_events'`.execute(db);
    return { sequence: rows[0] };
  }),

  dciRoute(contract.setEventSequence, async ({ kysely: db }, { body, ifMatch }) => {
    const { numAffectedRows } = await sql`update counter set sequence = ${body.sequence} where name = 'jobs_events' and etag = ${ifMatch}`.execute(db);
    if (numAffectedRows === 0n) throw new HttpError(409, 'conflict on jobs_events "sequence" or etag not matched');
  }),

  dciRoute(contract.listJobsEvents, async ({ kysely: db }, { params, query }) => {
    const { rows, _meta } = await listRows(db, TABLES.jobsEvents, query, [
      sql`jobs_events.id >= ${params.from}`,
      sql`exists (select from jobs where jobs.id = jobs_events.job_id)`,
    ]);
    return { jobs_events: rows, _meta };
  }),

  dciRoute(contract.deleteJobsEvents, async ({ kysely: db }, { params }) => {
    await sql`delete from jobs_events where id >= ${params.from}`.execute(db);
  }),
];

/** To the server a killed job is not final, though DCI's clients take it for that (reference/dci-control-server.md §1.2). */
export function isFinal(status: unknown): boolean {
  return status === 'success' || status === 'failure' || status === 'error';
}

export async function insertJobEvent(db: Kysely<unknown>, job: Row, status: string): Promise<void> {
  await sql`insert into jobs_events (job_id, topic_id, status) values (${job.id}, ${job['topic_id']}, ${status})`.execute(db);
}
