import { sql, type Kysely } from 'kysely';
import * as contract from '../../../contract/dci/jobs.ts';
import { isMember, rolesOf, type Known } from '../../auth/principal.ts';
import type { ServerRoute } from '../../handle.ts';
import { mustBeMember, ofCallersTeams } from '../access.ts';
import { dciRoute } from '../dci-route.ts';
import { embedLinked, embedMany } from '../embed.ts';
import { listRows } from '../list-rows.ts';
import { notFound, selectRow, type Row } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { embedJob, embedJobs } from './embed-jobs.ts';

const { jobs, components, jobstates, files } = TABLES;

export const readJobRoutes: readonly ServerRoute[] = [
  dciRoute(contract.listJobs, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, jobs, query, ofCallersTeams(principal, 'jobs.team_id'));
    return { jobs: await embedJobs(db, rows), _meta };
  }),

  dciRoute(contract.getJob, async ({ kysely: db }, { params, principal }) => ({
    job: await embedJob(db, await selectVisibleJob(db, params.jobId, principal)),
  })),

  dciRoute(contract.listJobComponents, async ({ kysely: db }, { params, principal }) => {
    const job = await selectVisibleJob(db, params.jobId, principal);
    const [full] = await embedLinked(db, [job], 'components', { table: components, through: 'jobs_components', from: 'job_id', to: 'component_id' });
    const found = full!['components'] as readonly Row[];
    return { components: found, _meta: { count: found.length } };
  }),

  dciRoute(contract.listJobstates, async ({ kysely: db }, { params, query, principal }) => {
    const job = await selectRow(db, jobs, params.jobId);
    mustBeMember(principal, job['team_id'], { read: true });
    const { rows, _meta } = await listRows(db, jobstates, query, [sql`jobstates.job_id = ${job.id}`]);
    return { jobstates: await embedMany(db, rows, 'files', files, 'jobstate_id'), _meta };
  }),

  dciRoute(contract.listJobFiles, async ({ kysely: db }, { params, query, principal }) => {
    const job = await selectRow(db, jobs, params.jobId);
    mustBeMember(principal, job['team_id'], { read: true });
    const { rows, _meta } = await listRows(db, files, query, [sql`files.job_id = ${job.id}`]);
    return { files: rows, _meta };
  }),
];

/** A job of another team is not there. @throws HttpError 404 */
async function selectVisibleJob(db: Kysely<unknown>, jobId: string, caller: Known): Promise<Row> {
  const job = await selectRow(db, jobs, jobId);
  if (!isMember(caller, String(job['team_id'])) && !rolesOf(caller).has('read_only')) throw notFound(jobs);
  return job;
}
