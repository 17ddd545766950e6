import { sql, type Kysely } from 'kysely';
import { embedLinked, embedMany, embedOne } from '../embed.ts';
import type { Row } from '../rows.ts';
import { TABLES } from '../tables.ts';

const { remotecis, components, topics, teams, pipelines, jobstates, files, results } = TABLES;

/** What every listed job has with it (reference/dci-control-server.md §2.6). */
export async function embedJobs(db: Kysely<unknown>, rows: readonly Row[]): Promise<readonly Row[]> {
  let jobs = await embedOne(db, rows, 'remoteci', remotecis, 'remoteci_id');
  jobs = await embedLinked(db, jobs, 'components', { table: components, through: 'jobs_components', from: 'job_id', to: 'component_id' });
  jobs = await embedOne(db, jobs, 'topic', topics, 'topic_id');
  jobs = await embedOne(db, jobs, 'team', teams, 'team_id');
  jobs = await embedOne(db, jobs, 'pipeline', pipelines, 'pipeline_id');
  const { rows: pairs } = await sql<{
    job_id: string;
  }>`select job_id, key, value from jobs_keys_values where job_id = any (${rows.map(({ id }) => id)}::uuid[]) order by key`.execute(db);
  const pairsOf = Map.groupBy(pairs, (pair) => pair.job_id);
  jobs = await embedMany(db, jobs, 'results', results, 'job_id');
  return jobs.map((job) => ({ ...job, keys_values: pairsOf.get(job.id) ?? [] }));
}

/** A job read by itself: also its states, oldest first, and the files that belong to none of them. */
export async function embedJob(db: Kysely<unknown>, row: Row): Promise<Row> {
  const jobs = await embedMany(db, await embedMany(db, await embedJobs(db, [row]), 'jobstates', jobstates, 'job_id'), 'files', files, 'job_id');
  const job = jobs[0]!;
  const own = (job['files'] as readonly Row[]).filter((file) => file['jobstate_id'] === null && file['state'] !== 'archived');
  return { ...job, files: own };
}
