import type { SentEvent } from '../../contract/agent.ts';
import { inTransaction, type Sql } from '../../db/transaction.ts';
import { notify } from '../live/changes.ts';
import type { ServerDeps } from '../server-deps.ts';
import { applyEvent } from './apply-event.ts';

/** An event that was not taken, and why: `lease_lost` when another agent holds the job now. */
export interface Refusal {
  readonly id: string;
  readonly reason: string;
}

/**
 * Stores events of one job, in order, and does what they mean.
 *
 * Only the job's holder is believed. Its earlier fences are too, as long as no other agent held the job in between: after a
 * crash it still has to deliver what it had spooled.
 */
export async function acceptEvents(deps: ServerDeps, agentId: string, jobId: string, events: readonly SentEvent[]): Promise<readonly Refusal[]> {
  return inTransaction(deps.pool, async (sql) => {
    const { rows } = await sql.query<{ run_id: string; remoteci_id: string; agent_id: string | null; fence: number; holder_fence: number }>(
      'select run_id, remoteci_id, agent_id, fence, holder_fence from run_jobs where job_id = $1 for update',
      [jobId],
    );
    const job = rows[0];
    if (!job) return events.map(({ id }) => ({ id, reason: 'not_found' }));
    const refused: Refusal[] = [];
    for (const one of events) {
      if (job.agent_id !== agentId || one.fence < job.holder_fence || one.fence > job.fence) refused.push({ id: one.id, reason: 'lease_lost' });
      else if (await store(sql, job.run_id, one)) await applyEvent(deps, sql, jobId, one);
    }
    await notify(sql, { kind: 'run', runId: job.run_id });
    if (events.some(({ event }) => event.type === 'job_ended')) await notify(sql, { kind: 'jobs', remoteciId: job.remoteci_id });
    return refused;
  });
}

/** @returns false when it was here before. */
async function store(sql: Sql, runId: string, one: SentEvent): Promise<boolean> {
  const known = await sql.query('select from run_events where event_id = $1', [one.id]);
  if (known.rowCount !== 0) return false;
  // The content of an output is a secret: it is stored as an artefact, and the event only tells of it.
  const event = one.event.type === 'output' ? { ...one.event, content: '' } : one.event;
  await sql.query(
    `with next as (update runs set last_event = last_event + 1 where id = $1 returning last_event)
     insert into run_events (run_id, number, event_id, job_id, fence, seq, at_ms, event) select $1, last_event, $2, $3, $4, $5, $6, $7 from next`,
    [runId, one.id, one.jobId, one.fence, one.seq, one.atMs, JSON.stringify(event)],
  );
  return true;
}
