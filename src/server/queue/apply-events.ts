import type { JobEvent } from '../../contract/agent.ts';
import type { Sql } from '../../db/transaction.ts';
import type { ServerDeps } from '../server-deps.ts';
import { endJob } from './end-job.ts';
import { recordJobstate } from './record-jobstate.ts';
import { afterEvent, isStepEvent, writeStep, type StepChange, type StepEvent } from './step-changes.ts';
import { storeFile } from './store-file.ts';

/** What events of a job mean for it, for later jobs, and for DCI's clients. The job's row is locked. After its end nothing is changed any more. */
export async function applyEvents(deps: ServerDeps, sql: Sql, jobId: string, events: readonly JobEvent[]): Promise<void> {
  const { rows } = await sql.query<{ status: string; dci_status: string }>(
    'select j.status, d.status as dci_status from run_jobs j join jobs d on d.id = j.job_id where j.job_id = $1',
    [jobId],
  );
  if (rows[0]!.status !== 'leased' && rows[0]!.status !== 'running') return;
  let dciStatus = rows[0]!.dci_status;
  let steps = new Map<string, StepChange>();
  const writeSteps = async (): Promise<void> => {
    for (const [id, change] of steps) await writeStep(sql, jobId, id, change);
    steps = new Map();
  };
  for (const event of events) {
    if (event.type === 'log') continue;
    if (isStepEvent(event)) {
      steps.set(event.step, afterEvent(steps.get(event.step) ?? {}, event));
      continue;
    }
    await writeSteps();
    dciStatus = await applyEvent(deps, sql, { jobId, dciStatus }, event);
    if (event.type === 'job_ended') return;
  }
  await writeSteps();
}

/** @returns what DCI's clients see of the job from now on. */
async function applyEvent(
  deps: ServerDeps,
  sql: Sql,
  { jobId, dciStatus }: { readonly jobId: string; readonly dciStatus: string },
  event: Exclude<JobEvent, StepEvent | { type: 'log' }>,
): Promise<string> {
  switch (event.type) {
    case 'job_started':
      await sql.query(`update run_jobs set status = 'running', started_at = coalesce(started_at, clock_timestamp()) where job_id = $1`, [jobId]);
      if (dciStatus !== 'running') await recordJobstate(sql, jobId, 'running', null);
      return 'running';
    case 'steps_planned':
      await sql.query(
        `insert into run_steps (job_id, id, position, title)
         select $1, s.id, s.place - 1, s.title from unnest($2::text[], $3::text[]) with ordinality as s (id, title, place)
         on conflict (job_id, id) do update set position = excluded.position, title = excluded.title`,
        [jobId, event.steps.map(({ id }) => id), event.steps.map(({ title }) => title)],
      );
      return dciStatus;
    case 'output':
      await storeOutput(deps, sql, jobId, event.name, event.content, dciStatus);
      return 'post-run';
    case 'file':
      await storeFile(deps, sql, jobId, event);
      return dciStatus;
    case 'job_ended':
      await endJob(sql, jobId, event);
      return event.status;
    default:
      return event satisfies never;
  }
}

async function storeOutput(deps: ServerDeps, sql: Sql, jobId: string, name: string, content: string, dciStatus: string): Promise<void> {
  const key = `outputs/${jobId}/${encodeURIComponent(name)}`;
  const sizeBytes = await deps.artefacts.write(key, content);
  await sql.query(
    `insert into run_outputs (job_id, name, artefact, size_bytes) values ($1, $2, $3, $4)
     on conflict (job_id, name) do update set size_bytes = excluded.size_bytes`,
    [jobId, name, key, sizeBytes],
  );
  if (dciStatus !== 'post-run') await recordJobstate(sql, jobId, 'post-run', `output ${name}`);
}
