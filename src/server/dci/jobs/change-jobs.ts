import { sql } from 'kysely';
import * as contract from '../../../contract/dci/jobs.ts';
import type { ServerRoute } from '../../handle.ts';
import { mustBeMember, mustSeeComponent } from '../access.ts';
import { audit } from '../audits.ts';
import { dciRoute } from '../dci-route.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { defined } from '../users.ts';
import { isFinal, insertJobEvent } from './job-events.ts';
import { linkComponent, withoutBlanks } from './new-job.ts';

const { jobs, components, jobstates } = TABLES;

export const changeJobRoutes: readonly ServerRoute[] = [
  dciRoute(contract.updateJob, async ({ kysely }, { params, body, ifMatch, principal }) => {
    await audit(kysely, principal, 'update_job_by_id');
    return kysely.transaction().execute(async (db) => {
      const before = await selectRow(db, jobs, params.jobId);
      mustBeMember(principal, before['team_id']);
      const job = await updateRow(db, jobs, { id: before.id, etag: ifMatch }, defined({ ...body, tags: body.tags && withoutBlanks(body.tags) }));
      if (!job) throw notFound(jobs);
      if (body.status !== undefined && body.status !== before['status']) {
        await insertRow(db, jobstates, { job_id: job.id, status: body.status });
        if (isFinal(body.status)) await insertJobEvent(db, job, body.status);
      }
      return { job };
    });
  }),

  dciRoute(contract.deleteJob, async ({ kysely }, { params, ifMatch, principal }) => {
    await audit(kysely, principal, 'delete_job_by_id');
    return kysely.transaction().execute(async (db) => {
      const job = await selectRow(db, jobs, params.jobId);
      mustBeMember(principal, job['team_id']);
      if (!(await archiveRow(db, jobs, { id: job.id, etag: ifMatch }))) throw notFound(jobs);
      await sql`update files set state = 'archived' where job_id = ${job.id}`.execute(db);
    });
  }),

  dciRoute(contract.addJobComponent, async ({ kysely: db }, { params, body, principal }) => {
    const job = await selectRow(db, jobs, params.jobId);
    mustBeMember(principal, job['team_id']);
    const component = await selectRow(db, components, body.id);
    await mustSeeComponent(db, principal, component);
    await linkComponent(db, job.id, component.id);
  }),

  dciRoute(contract.removeJobComponent, async ({ kysely: db }, { params, principal }) => {
    const job = await selectRow(db, jobs, params.jobId);
    mustBeMember(principal, job['team_id']);
    const component = await selectRow(db, components, params.componentId);
    await sql`delete from jobs_components where job_id = ${job.id} and component_id = ${component.id}`.execute(db);
  }),

  dciRoute(contract.addKeyValue, ({ kysely }, { params, body, principal }) =>
    kysely.transaction().execute(async (db) => {
      const job = await selectRow(db, jobs, params.jobId);
      mustBeMember(principal, job['team_id']);
      const table = { name: 'jobs_keys_values', one: 'kv', columns: { job_id: 'id', key: 'text', value: 'number' }, order: 'key' } as const;
      const kv = await insertRow(db, table, { job_id: job.id, ...body });
      await touch(job.id).execute(db);
      return { kv };
    }),
  ),

  dciRoute(contract.removeKeyValue, ({ kysely }, { params, body, principal }) =>
    kysely.transaction().execute(async (db) => {
      const job = await selectRow(db, jobs, params.jobId);
      mustBeMember(principal, job['team_id']);
      await sql`delete from jobs_keys_values where job_id = ${job.id} and key = ${body.key}`.execute(db);
      await touch(job.id).execute(db);
    }),
  ),
];

/** What belongs to a job changed, so the job has a new etag. */
function touch(jobId: string): ReturnType<typeof sql> {
  return sql`update jobs set etag = etag where id = ${jobId}`;
}
