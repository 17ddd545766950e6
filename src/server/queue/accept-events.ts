import type { JobEvent, SentEvent } from '../../contract/agent.ts';
import { inTransaction, type Sql } from '../../db/transaction.ts';
import { notify } from '../live/changes.ts';
import type { ServerDeps } from '../server-deps.ts';
import { appendToLog, asLines } from './append-to-log.ts';
import { applyEvents } from './apply-events.ts';

/** An event that was not taken, and why: `lease_lost` when another agent holds the job now. */
export interface Refusal {
  readonly id: string;
  readonly reason: string;
}

/**
 * Stores events of one job, in order, and does what they mean.
 *
 * Only the job's holder is believed. Its earlier fences are too, as long as no other agent held the job in between: after a
 * crash it still has to deliver what it had spooled. An event that is here already changes nothing.
 */
export async function acceptEvents(deps: ServerDeps, agentId: string, jobId: string, events: readonly SentEvent[]): Promise<readonly Refusal[]> {
  return inTransaction(deps.pool, async (sql) => {
    const { rows } = await sql.query<{ run_id: string; remoteci_id: string; agent_id: string | null; fence: number; holder_fence: number }>(
      'select run_id, remoteci_id, agent_id, fence, holder_fence from run_jobs where job_id = $1 for update',
      [jobId],
    );
    const job = rows[0];
    if (!job) return events.map(({ id }) => ({ id, reason: 'not_found' }));
    const isHolders = ({ fence }: SentEvent): boolean => job.agent_id === agentId && fence >= job.holder_fence && fence <= job.fence;
    const fresh = (await withoutKnown(sql, events.filter(isHolders))).map((one) => ({ ...one, event: storable(one.event) }));
    await store(sql, { runId: job.run_id, jobId, events: fresh });
    await applyEvents(
      deps,
      sql,
      jobId,
      fresh.map(({ event }) => event),
    );
    const logged = fresh.map(({ event }) => (event.type === 'log' ? asLines(event.text) : '')).join('');
    if (logged !== '') await appendToLog(sql, jobId, Buffer.byteLength(logged));
    await notify(sql, { kind: 'run', runId: job.run_id });
    if (fresh.some(({ event }) => event.type === 'job_ended')) await notify(sql, { kind: 'jobs', remoteciId: job.remoteci_id });
    return events.filter((one) => !isHolders(one)).map(({ id }) => ({ id, reason: 'lease_lost' }));
  });
}

/** The events that are not stored yet, each once. */
async function withoutKnown(sql: Sql, events: readonly SentEvent[]): Promise<readonly SentEvent[]> {
  const { rows } = await sql.query<{ event_id: string }>('select event_id from run_events where event_id = any ($1)', [events.map(({ id }) => id)]);
  const known = new Set(rows.map((row) => row.event_id));
  return events.filter(({ id }) => {
    if (known.has(id)) return false;
    known.add(id);
    return true;
  });
}

/** PostgreSQL stores no NUL and no half of a surrogate pair, which a program's output may well have. */
function storable(event: JobEvent): JobEvent {
  if (event.type === 'output' || event.type === 'file') return event; // Stored as a file, byte by byte.
  return JSON.parse(JSON.stringify(event), (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value,
  ) as JobEvent;
}

async function store(
  sql: Sql,
  { runId, jobId, events }: { readonly runId: string; readonly jobId: string; readonly events: readonly SentEvent[] },
): Promise<void> {
  if (events.length === 0) return;
  await sql.query(
    `with taken as (update runs set last_event = last_event + $3 where id = $1 returning last_event - $3 as before)
     insert into run_events (run_id, number, event_id, job_id, fence, seq, at_ms, event)
     select $1, taken.before + e.place, e.event_id, $2, e.fence, e.seq, e.at_ms, e.event
     from taken, unnest($4::uuid[], $5::bigint[], $6::bigint[], $7::float8[], $8::jsonb[]) with ordinality as e (event_id, fence, seq, at_ms, event, place)`,
    [
      runId,
      jobId,
      events.length,
      events.map(({ id }) => id),
      events.map(({ fence }) => fence),
      events.map(({ seq }) => seq),
      events.map(({ atMs }) => atMs),
      events.map(({ event }) => JSON.stringify(withoutContent(event))),
    ],
  );
}

/** The content of an output is a secret, that of a file is long: both are stored as artefacts, and the event only tells of them. */
function withoutContent(event: JobEvent): JobEvent {
  return event.type === 'output' || event.type === 'file' ? { ...event, content: '' } : event;
}
