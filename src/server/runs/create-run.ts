import { createRun, type RunJob } from '../../contract/runs.ts';
import { inTransaction, type Sql } from '../../db/transaction.ts';
import { LabwrightError } from '../../util/errors.ts';
import { newUuid } from '../../util/ids.ts';
import { handle } from '../handle.ts';
import { notify } from '../live/changes.ts';
import { labOf, type Lab } from '../queue/lab-of.ts';
import { recordJobstate } from '../queue/record-jobstate.ts';
import { selectRun } from './read-runs.ts';

/** A DCI pipeline with all its jobs, which wait for what they need and for an agent of the lab. */
export const createRunRoute = handle(createRun, ({ pool, leaseTermMs }, { body, principal, request }) =>
  inTransaction(pool, async (sql) => {
    mustBeOrdered(body.jobs);
    const lab = await labOf(sql, body.lab, principal);
    const { rows } = await sql.query<{ id: string }>('insert into pipelines (name, team_id) values ($1, $2) returning id', [body.name, lab.teamId]);
    const runId = rows[0]!.id;
    await sql.query('insert into runs (id, remoteci_id) values ($1, $2)', [runId, lab.remoteciId]);
    const ids = new Map<string, string>();
    for (const [position, job] of body.jobs.entries()) {
      const jobId = newUuid();
      ids.set(job.name, jobId);
      await insertDciJob(sql, { job, jobId, runId, lab, previousId: ids.get(job.needs.at(-1) ?? ''), userAgent: request.headers.get('user-agent') ?? '' });
      await insertRunJob(sql, { job, jobId, runId, lab, position });
      await insertNeeds(sql, job, ids);
      await recordJobstate(sql, jobId, 'new', null);
    }
    await notify(sql, { kind: 'jobs', remoteciId: lab.remoteciId });
    return { run: await selectRun(sql, { id: runId, caller: principal, termMs: leaseTermMs }) };
  }),
);

/** Each job stands after all it needs and takes in, as `pipeline/` orders them; so there is no cycle. */
function mustBeOrdered(jobs: readonly RunJob[]): void {
  const seen = new Set<string>();
  for (const job of jobs) {
    if (seen.has(job.name)) throw new LabwrightError('bad_input', `two jobs are named ${job.name}`, { hint: 'rename one of them' });
    const sources = Object.values(job.inputs).flatMap((source) => ('job' in source ? [source.job] : []));
    for (const need of [...job.needs, ...(job.after ?? []), ...sources]) {
      if (!seen.has(need))
        throw new LabwrightError('bad_input', `${job.name} needs ${need}, which is no earlier job of this run`, { hint: `put ${need} before it` });
    }
    seen.add(job.name);
  }
}

interface NewJob {
  readonly job: RunJob;
  readonly jobId: string;
  readonly runId: string;
  readonly lab: Lab;
}

async function insertDciJob(sql: Sql, row: NewJob & { readonly previousId: string | undefined; readonly userAgent: string }): Promise<void> {
  const { job, jobId, runId, lab } = row;
  const { rows: topics } = await sql.query<{ id: string; product_id: string | null }>(
    `select id, product_id from topics where name = $1 and state = 'active'`,
    [job.topic],
  );
  const topic = topics[0];
  if (!topic) throw new LabwrightError('bad_input', `${job.name}: no topic ${job.topic}`, { hint: 'create it, with the components the job asks for' });
  await sql.query(
    `insert into jobs (id, name, status, topic_id, product_id, remoteci_id, team_id, pipeline_id, previous_job_id, user_agent, tags, data)
     values ($1, $2, 'new', $3, $4, $5, $6, $7, $8, left($9, 255), $10, $11)`,
    [
      jobId,
      job.name,
      topic.id,
      topic.product_id,
      lab.remoteciId,
      lab.teamId,
      runId,
      row.previousId,
      row.userAgent,
      [`stage:${job.stage}`],
      { pipeline: job.definition },
    ],
  );
  const componentIds = [...new Set(job.componentIds)];
  const { rowCount } = await sql.query(
    `insert into jobs_components (job_id, component_id)
     select $1, id from components where id = any ($2) and state = 'active' and (team_id is null or team_id = $3)`,
    [jobId, componentIds, lab.teamId],
  );
  if (rowCount !== componentIds.length)
    throw new LabwrightError('bad_input', `${job.name}: a component is not there any more, or is another team's`, { hint: 'select the components again' });
}

async function insertRunJob(sql: Sql, { job, jobId, runId, lab, position }: NewJob & { readonly position: number }): Promise<void> {
  await sql.query(
    `insert into run_jobs (job_id, run_id, remoteci_id, position, name, stage, action, cluster, inputs, outputs, timeout_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [jobId, runId, lab.remoteciId, position, job.name, job.stage, job.action, job.cluster, job.inputs, job.outputs, job.timeoutMs],
  );
}

async function insertNeeds(sql: Sql, { name, needs, after = [] }: RunJob, ids: ReadonlyMap<string, string>): Promise<void> {
  const wanted = new Map([...after.map((one) => [one, true] as const), ...needs.map((one) => [one, false] as const)]);
  for (const [one, justEnded] of wanted)
    await sql.query('insert into run_job_needs (job_id, needed_id, just_ended) values ($1, $2, $3)', [ids.get(name), ids.get(one), justEnded]);
}
