import type { Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { sha256 } from '../../contract/hmac-signature.ts';
import { getRun, RUN_EVENTS_PATH, type Run } from '../../contract/runs.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { Known } from '../auth/principal.ts';
import { mustBeAllowed, signedRequest, type ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import type { ServerDeps } from '../server-deps.ts';
import { selectRun } from './read-runs.ts';

const batch = 200;
/** Proxies close a silent connection; a comment keeps it. Also how often a stream looks without being told to. */
const heartbeatMs = 10_000;
/** A burst of events makes one picture, not hundreds. */
const paceMs = 50;

export const runEventsRoute: ServerRoute = {
  method: 'GET',
  path: RUN_EVENTS_PATH,
  async respond(deps, context) {
    const principal = await authenticate(deps, signedRequest(context, sha256('')));
    mustBeAllowed(getRun.allow, principal);
    return streamRun(deps, context, principal);
  },
};

/** Events after Last-Event-ID, then each as it comes, and the run's state whenever it changed; ends with the run. */
export async function streamRun(deps: ServerDeps, context: Context, caller: Known | undefined): Promise<Response> {
  const id = getRun.params?.safeParse(context.req.param()).data?.runId;
  if (id === undefined) throw new HttpError(404, 'not found');
  const read = (): Promise<Run> => selectRun(deps.pool, { id, caller, termMs: deps.leaseTermMs });
  await read(); // 404 before the stream starts.
  const last = Number(context.req.header('last-event-id') ?? 0);
  context.header('x-accel-buffering', 'no'); // A proxy must pass each event on at once.
  return streamSSE(
    context,
    (stream) => follow(deps, stream, { id, read, last: Number.isSafeInteger(last) ? last : 0 }),
    async (error) => {
      deps.log.warn({ err: error }, 'an event stream broke');
    },
  );
}

interface Followed {
  readonly id: string;
  readonly read: () => Promise<Run>;
  readonly last: number;
}

async function follow(deps: ServerDeps, stream: SSEStreamingApi, followed: Followed): Promise<void> {
  const gone = new AbortController();
  stream.onAbort(() => gone.abort());
  const signal = AbortSignal.any([gone.signal, deps.closing]);
  let changed = true;
  const unsubscribe = deps.changes.subscribe({ kind: 'run', runId: followed.id }, () => (changed = true));
  let last = followed.last;
  let shown = '';
  try {
    while (!signal.aborted) {
      changed = false;
      const startedMs = performance.now();
      // Read before the events: then a run that has ended has no event behind those sent here.
      const run = await followed.read();
      last = await sendEventsAfter(deps, stream, followed.id, last);
      if (run.status !== 'running') return await stream.writeSSE({ event: 'run_ended', data: JSON.stringify(run) });
      const view = JSON.stringify(run);
      if (view === shown) await stream.write(':\n\n');
      else await stream.writeSSE({ event: 'run', data: view });
      shown = view;
      // A picture of many jobs costs more to take than it tells: at most a tenth of the time goes into pictures.
      await stream.sleep(Math.max(paceMs, 9 * (performance.now() - startedMs)));
      if (!changed) await deps.changes.wait({ kind: 'run', runId: followed.id }, heartbeatMs, signal).catch(() => undefined);
    }
  } finally {
    unsubscribe();
  }
}

async function sendEventsAfter(deps: ServerDeps, stream: SSEStreamingApi, runId: string, after: number): Promise<number> {
  let last = after;
  for (;;) {
    const { rows } = await deps.pool.query<EventRow>(
      `select number, event_id, job_id, fence, seq, at_ms, event from run_events where run_id = $1 and number > $2 order by number limit ${batch}`,
      [runId, last],
    );
    for (const row of rows) {
      const sent = { id: row.event_id, jobId: row.job_id, fence: row.fence, seq: row.seq, atMs: row.at_ms, event: row.event };
      await stream.writeSSE({ id: String(row.number), event: row.event.type, data: JSON.stringify(sent) });
      last = row.number;
    }
    if (rows.length < batch || stream.aborted) return last;
  }
}

interface EventRow {
  readonly number: number;
  readonly event_id: string;
  readonly job_id: string;
  readonly fence: number;
  readonly seq: number;
  readonly at_ms: number;
  readonly event: { readonly type: string };
}
