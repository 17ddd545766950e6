import type { JobEvent } from '../../contract/agent.ts';
import type { Sql } from '../../db/transaction.ts';
import type { ServerDeps } from '../server-deps.ts';
import { endJob } from './end-job.ts';
import { recordJobstate } from './record-jobstate.ts';
import { storeFile } from './store-file.ts';

/** What an event means for its job, for later jobs, and for DCI's clients. The job's row is locked. After its end nothing is changed any more. */
export async function applyEvent(deps: ServerDeps, sql: Sql, jobId: string, event: Exclude<JobEvent, { type: 'log' }>): Promise<void> {
  const { rows } = await sql.query<{ status: string; dci_status: string }>(
    'select j.status, d.status as dci_status from run_jobs j join jobs d on d.id = j.job_id where j.job_id = $1',
    [jobId],
  );
  const job = rows[0]!;
  if (job.status !== 'leased' && job.status !== 'running') return;
  switch (event.type) {
    case 'job_started':
      await sql.query(`update run_jobs set status = 'running', started_at = coalesce(started_at, clock_timestamp()) where job_id = $1`, [jobId]);
      if (job.dci_status !== 'running') await recordJobstate(sql, jobId, 'running', null);
      return;
    case 'steps_planned':
      for (const [position, step] of event.steps.entries()) {
        await sql.query(
          `insert into run_steps (job_id, id, position, title) values ($1, $2, $3, $4)
           on conflict (job_id, id) do update set position = excluded.position, title = excluded.title`,
          [jobId, step.id, position, step.title],
        );
      }
      return;
    case 'step_started':
      return updateStep(sql, jobId, event.step, { status: 'running' });
    case 'step_waiting':
      return updateStep(sql, jobId, event.step, { waiting_on: event.on });
    case 'step_progress':
      return updateStep(sql, jobId, event.step, { percent: event.percent });
    case 'step_ended':
      return updateStep(sql, jobId, event.step, event.status === 'success' ? { status: 'success', waiting_on: null } : { status: event.status });
    case 'output':
      return storeOutput(deps, sql, jobId, event.name, event.content, job.dci_status);
    case 'file':
      return storeFile(deps, sql, jobId, event);
    case 'job_ended':
      return endJob(sql, jobId, event);
    default:
      event satisfies never;
  }
}

interface StepChange {
  readonly status?: string;
  readonly percent?: number;
  readonly waiting_on?: object | null;
}

/** A step that failed keeps what it waited for: that is the reason. */
async function updateStep(sql: Sql, jobId: string, stepId: string, change: StepChange): Promise<void> {
  for (const [column, value] of Object.entries(change)) {
    const stored = column === 'waiting_on' && value !== null ? JSON.stringify(value) : value;
    await sql.query(`update run_steps set ${column} = $3 where job_id = $1 and id = $2`, [jobId, stepId, stored]);
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
