import type { SentEvent } from '../contract/agent.ts';
import { realSleep } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import type { Journal } from '../runner/journal.ts';
import type { AgentStore } from './agent-store.ts';
import type { ControlServer } from './control-server.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface OutboxDeps {
  readonly server: Pick<ControlServer, 'sendEvents'>;
  readonly journal: Journal;
  readonly store: AgentStore;
  readonly log: Log;
  /** Called when the server has a job's last event. */
  readonly onDelivered: (jobId: string) => void;
  /** Called when the server does not believe this agent about a job any more. */
  readonly onRefused: (jobId: string) => void;
}

export interface Outbox {
  /** There is something new in the journal. */
  poke(): void;
  /** Resolves when all that is in the journal now has reached the server. */
  flush(signal: AbortSignal): Promise<void>;
  /** Sends until the signal is aborted. */
  run(agentId: string, signal: AbortSignal): Promise<void>;
}

const BATCH = 500;
/** Events written this close together travel together. */
const COALESCE_MS = 100;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5000;

/**
 * Sends the journal to the control server, each job's events in order, again with the same ids until they are taken.
 *
 * The journal is the spool: nothing is lost when the server, or this process, is away. What the server refuses (the lease
 * went to somebody else) is not sent again.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { journal, store, log } = deps;
  let wake = Promise.withResolvers<void>();
  const flushes: (() => void)[] = [];
  let pause = new AbortController();

  const nextBatch = (): { readonly events: SentEvent[]; readonly ended: string[] } => {
    const events: SentEvent[] = [];
    const ended: string[] = [];
    for (const { job, fence, sentSeq } of store.held()) {
      for (const { id, seq, atMs, event } of journal.events(job.jobId, sentSeq).slice(0, BATCH - events.length)) {
        events.push({ id, jobId: job.jobId, fence, seq, atMs, event });
        if (event.type === 'job_ended') ended.push(job.jobId);
      }
      if (events.length === BATCH) break;
    }
    return { events, ended };
  };

  const sendBatch = async (agentId: string, signal: AbortSignal): Promise<boolean> => {
    const { events, ended } = nextBatch();
    if (events.length === 0) return false;
    const { refused } = await deps.server.sendEvents({ params: { agentId }, body: { events } }, signal);
    const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
    const lost = new Set(events.filter(({ id }) => reasons.has(id)).map(({ jobId }) => jobId));
    for (const jobId of lost) {
      log.warn({ jobId, reasons: [...new Set(reasons.values())] }, 'the server refused events of a job');
      deps.onRefused(jobId);
    }
    for (const [jobId, sent] of Map.groupBy(events, (one) => one.jobId)) store.sent(jobId, sent.at(-1)!.seq);
    for (const jobId of ended) if (!lost.has(jobId)) deps.onDelivered(jobId);
    return true;
  };

  const poke = (): void => wake.resolve();
  return {
    poke,
    flush(signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      flushes.push(resolve);
      pause.abort(new Error('somebody waits'));
      poke();
      return unlessAborted(promise, signal);
    },
    async run(agentId, signal) {
      let pauseMs = FIRST_PAUSE_MS;
      while (!signal.aborted) {
        try {
          const asked = flushes.length;
          if (await sendBatch(agentId, signal)) {
            pauseMs = FIRST_PAUSE_MS;
            if (flushes.length > 0) continue;
            pause = new AbortController();
            await realSleep(COALESCE_MS, AbortSignal.any([signal, pause.signal])).catch(() => signal.throwIfAborted());
            continue;
          }
          for (const done of flushes.splice(0, asked)) done();
          await unlessAborted(wake.promise, signal);
          wake = Promise.withResolvers<void>();
        } catch (error) {
          if (signal.aborted) return;
          log.warn({ reason: messageOf(error) }, 'events cannot be sent; they stay in the journal');
          await realSleep(pauseMs, signal).catch(() => undefined);
          pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
        }
      }
    },
  };
}
