import type { Clock } from '../util/clock.ts';

export interface Watch {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly everyMs: number;
  /** Its own failures are its own matter: it must not throw. */
  readonly look: (signal: AbortSignal) => Promise<void>;
}

/** Acts, and looks again and again meanwhile; a look that is at work when the act ends is stopped. Resolves or rejects as the act does. */
export async function whileWatched<T>({ clock, signal, everyMs, look }: Watch, act: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const watching = (async () => {
    for (;;) {
      await clock.sleep(everyMs, either, 'idle');
      await look(either);
    }
  })().catch(() => undefined); // It ends with the act.
  try {
    return await act();
  } finally {
    over.abort(new Error('what was watched is over'));
    await watching;
  }
}
