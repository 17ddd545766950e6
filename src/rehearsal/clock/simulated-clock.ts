import { realSleep, type Clock } from '../../util/clock.ts';
import type { Traffic } from './traffic.ts';

/** One party of the clock: the agent, or the world's own controllers and machines. */
interface Participant {
  /** Pieces of work under way: requests it makes, requests of its that a server of the world is answering. */
  busy: number;
  /** Open streams of messages to it: how many were sent that it has not taken. */
  readonly streams: Map<string, { underWay: number }>;
}

function waits({ busy, streams }: Participant): boolean {
  return busy === 0 && [...streams.values()].every(({ underWay }) => underWay <= 0);
}

interface Timer {
  readonly dueMs: number;
  readonly idle: boolean;
  readonly fire: () => void;
}

export interface SimulatedClockOptions {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** At most this many simulated seconds per real second; undefined: as fast as everybody gets ready. */
  readonly speed: number | undefined;
}

export interface SimulatedClock {
  readonly traffic: Traffic;
  /** The clock as one party sees it. A name used for the first time joins. */
  participant(name: string): Clock;
  /** A party that is gone (its process died) no longer holds the clock. */
  leave(name: string): void;
  now(): number;
  /** Names of those who take part. */
  participants(): readonly string[];
}

/**
 * Time of a rehearsal: stands still while anybody works and jumps to the next timer when all wait (DESIGN §7).
 *
 * The jump is decided a turn of the event loop after the last work ended: code that goes on after an awaited answer,
 * and only then asks for the next thing, must find the clock where it was. When nothing but idle sleeps is left it rests:
 * it goes on in real time, so that a controller that retries for ever neither races through the years nor heats a processor.
 */
export function createSimulatedClock(options: SimulatedClockOptions): SimulatedClock {
  let nowMs = options.startMs;
  const foreign = { busy: 0 };
  let deciding = false;
  const startedRealMs = performance.now();
  const participants = new Map<string, Participant>();
  const timers: Timer[] = [];
  /** Since when only idle sleeps are left, in simulated and in real time. */
  let resting: { readonly sinceMs: number; readonly sinceRealMs: number; readonly alarm: NodeJS.Timeout } | undefined;

  const now = (): number => {
    if (resting === undefined) return nowMs;
    return Math.min(resting.sinceMs + Math.floor(performance.now() - resting.sinceRealMs), timers[0]?.dueMs ?? Infinity);
  };

  const join = (name: string): Participant => {
    const known = participants.get(name) ?? { busy: 0, streams: new Map<string, { underWay: number }>() };
    participants.set(name, known);
    return known;
  };
  const allWait = (): boolean => foreign.busy === 0 && [...participants.values()].every(waits);

  const decide = (): void => {
    if (deciding) return;
    deciding = true;
    setImmediate(() =>
      setImmediate(() => {
        deciding = false;
        void jump();
      }),
    );
  };

  const jump = async (): Promise<void> => {
    const next = timers[0];
    if (!allWait()) return;
    nowMs = Math.max(nowMs, now());
    clearTimeout(resting?.alarm);
    resting = undefined;
    if (next === undefined) return;
    if (options.speed === undefined && next.dueMs > nowMs && timers.every(({ idle }) => idle)) {
      resting = { sinceMs: nowMs, sinceRealMs: performance.now(), alarm: setTimeout(decide, next.dueMs - nowMs).unref() };
      return;
    }
    if (options.speed !== undefined) {
      const allowedMs = options.startMs + (performance.now() - startedRealMs) * options.speed;
      if (allowedMs < next.dueMs) {
        deciding = true;
        await realSleep((next.dueMs - allowedMs) / options.speed);
        deciding = false;
        return decide();
      }
    }
    timers.shift();
    nowMs = Math.max(nowMs, next.dueMs);
    next.fire();
    // One timer at a time: what the first wakes may be a reason for the second not to matter any more.
    decide();
  };

  /** Kept sorted; timers due at the same time fire in the order they were set. */
  const addTimer = (timer: Timer): void => {
    let at = timers.length;
    while (at > 0 && timers[at - 1]!.dueMs > timer.dueMs) at--;
    timers.splice(at, 0, timer);
    decide();
  };

  const hold = (holder: { busy: number }): (() => void) => {
    holder.busy++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      holder.busy--;
      decide();
    };
  };

  const traffic: Traffic = {
    request(name) {
      // A foreign client holds the clock only while one of its requests is being answered.
      return hold(name === undefined ? foreign : join(name));
    },
    watch(name, stream) {
      if (name === undefined || stream === undefined) return { line: () => undefined, closed: () => undefined };
      const { streams } = join(name);
      const counted = { underWay: 0 };
      streams.set(stream, counted);
      return {
        line: () => void counted.underWay++,
        closed() {
          streams.delete(stream);
          decide();
        },
      };
    },
  };

  const clockOf = (participant: Participant): Clock => ({
    now,
    sleep(ms, signal, pace) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          const at = timers.indexOf(timer);
          if (at >= 0) timers.splice(at, 1);
          reject(signal?.reason);
          decide();
        };
        const timer: Timer = {
          dueMs: now() + Math.max(0, ms),
          idle: pace === 'idle',
          fire: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        addTimer(timer);
      });
    },
    async during(work) {
      const release = hold(participant);
      try {
        return await work;
      } finally {
        release();
      }
    },
    delivered(stream) {
      const counted = participant.streams.get(stream);
      if (counted) counted.underWay--;
      decide();
      return Promise.resolve();
    },
  });

  return {
    traffic,
    participant: (name) => clockOf(join(name)),
    leave: (name) => {
      participants.delete(name);
      decide();
    },
    now,
    participants: () => [...participants.keys()],
  };
}
