/**
 * Time, as everything that waits sees it.
 *
 * A rehearsal's clock is shared by several parties and jumps from timer to timer, but only while all of them wait
 * (DESIGN §7). So each party says when it has work: `during` around what goes outside and comes back (a request, a
 * process), `delivered` when a message arrives that nobody here asked for just now (a watch event). Code that runs
 * between two awaits needs neither. On a system clock both do nothing.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Resolves `ms` later; rejects with the signal's reason when it is aborted. An `idle` sleep only looks again at what
   * somebody else must change: while nothing but idle sleeps is left, a shared clock goes no faster than real time.
   */
  sleep(ms: number, signal?: AbortSignal, pace?: 'idle'): Promise<void>;
  /** Holds a shared clock until `work` settles. */
  during<T>(work: Promise<T>): Promise<T>;
  /**
   * Counts a message of one of the streams that the clock's owner sends (a watch, named in its STREAM_HEADER) and makes
   * `now()` current; await it before acting on the message.
   */
  delivered(stream: string): Promise<void>;
}

/** Names the stream of messages that a request opens, so that both sides can count what is under way in it. */
export const STREAM_HEADER = 'X-Labwright-Stream';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: realSleep,
  during: (work) => work,
  delivered: () => Promise.resolve(),
};

/** A pause in real time, whatever clock is in use: for polling processes and sockets. */
export function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** A clock that only a test moves. */
export interface FakeClock extends Clock {
  /** Moves time and wakes what was due, in order. @returns the clock itself. */
  advance(ms: number): FakeClock;
}

export function fakeClock(startMs = 0): FakeClock {
  let now = startMs;
  const timers: { readonly dueMs: number; readonly wake: () => void }[] = [];
  const clock: FakeClock = {
    now: () => now,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        timers.push({ dueMs: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    during: (work) => work,
    delivered: () => Promise.resolve(),
    advance(ms) {
      now += ms;
      const due = timers.filter((timer) => timer.dueMs <= now).toSorted((a, b) => a.dueMs - b.dueMs);
      for (const timer of due) {
        timers.splice(timers.indexOf(timer), 1);
        timer.wake();
      }
      return clock;
    },
  };
  return clock;
}
