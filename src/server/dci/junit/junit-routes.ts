import { sql } from 'kysely';
import { getFileJunit } from '../../../contract/dci/files.ts';
import { listJobResults } from '../../../contract/dci/jobs.ts';
import type { ServerRoute } from '../../handle.ts';
import { mustBeMember } from '../access.ts';
import { dciRoute } from '../dci-route.ts';
import { selectRow } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { junitOfFile } from './junit-of-file.ts';

const { files, jobs } = TABLES;

export const junitRoutes: readonly ServerRoute[] = [
  dciRoute(getFileJunit, async (deps, { params, principal }) => {
    const file = await selectRow(deps.kysely, files, params.fileId);
    mustBeMember(principal, file['team_id'], { read: true });
    const job = await selectRow(deps.kysely, jobs, file['job_id'] as string);
    const { suites, previousJob } = await junitOfFile(deps, deps.kysely, file, job);
    return { id: file.id, name: file['name'], job, previous_job: previousJob ?? null, testsuites: suites };
  }),

  dciRoute(listJobResults, async ({ kysely: db }, { params, principal }) => {
    const job = await selectRow(db, jobs, params.jobId);
    mustBeMember(principal, job['team_id'], { read: true });
    const { rows } = await sql`select name as filename, name, total, success, skips, failures, errors, time, regressions, successfixes, file_id
      from tests_results where job_id = ${job.id} order by created_at`.execute(db);
    return { results: rows, _meta: { count: rows.length } };
  }),
];
