import { SentEvent } from '../contract/agent.ts';
import { Run, RUN_EVENTS_PATH } from '../contract/runs.ts';
import { realSleep } from '../util/clock.ts';
import { isLabwrightError } from '../util/errors.ts';
import { pathOf, send, type Target } from './call-route.ts';
import { serverSentEvents } from './server-sent-events.ts';

export type RunUpdate =
  /** Something happened in a job. `number` is what to resume after. */
  | { readonly type: 'event'; readonly number: number; readonly sent: SentEvent }
  /** The state of the whole run, after it changed. */
  | { readonly type: 'run'; readonly run: Run }
  | { readonly type: 'run_ended'; readonly run: Run };

const retryMs = 500;

/**
 * A run as it goes on, each event once. A server that is away or restarts is asked again until it answers or `signal` is
 * aborted; what it refuses (401, 404) is thrown.
 */
export async function* followRun(target: Target, runId: string, signal: AbortSignal, afterEvent: number): AsyncGenerator<RunUpdate, void> {
  let last = afterEvent;
  for (;;) {
    signal.throwIfAborted();
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': String(last) };
      const response = await send(target, { method: 'GET', path: pathOf(RUN_EVENTS_PATH, { runId }), body: '', headers }, signal);
      for await (const message of serverSentEvents(response)) {
        const data: unknown = JSON.parse(message.data);
        if (message.event === 'run_ended') return yield { type: 'run_ended', run: Run.parse(data) };
        if (message.event === 'run') yield { type: 'run', run: Run.parse(data) };
        else {
          last = Number(message.id);
          yield { type: 'event', number: last, sent: SentEvent.parse(data) };
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      // A connection that breaks in the middle is a TypeError of fetch.
      if (!(isLabwrightError(error) && error.code === 'unreachable') && !(error instanceof TypeError)) throw error;
    }
    await realSleep(retryMs, signal);
  }
}
