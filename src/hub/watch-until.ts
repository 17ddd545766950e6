import type { KubeClient, ListQuery } from '../kube/kube-client.ts';
import { objectPath, type KubeObject } from '../kube/objects.ts';
import type { Clock } from '../util/clock.ts';

export interface WatchUntilDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a look at the objects gives: the answer, or when to look again although nothing changed. */
export type Look<T> = { readonly met: T } | { readonly againMs: number | undefined };

/**
 * Watches until `look` has its answer. It is asked once everything that exists is known, after each change, and when the
 * time it named has come; what it throws ends the wait.
 *
 * @throws the signal's reason when aborted, and what the watches throw when the API server stays away.
 */
export async function watchUntil<T>(
  { kube, clock, signal }: WatchUntilDeps,
  queries: readonly ListQuery[],
  look: (seen: readonly KubeObject[]) => Look<T>,
): Promise<T> {
  const stop = new AbortController();
  const seen = new Map<string, KubeObject>();
  let unsynced = queries.length;
  let changed = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();

  const follow = async (query: ListQuery): Promise<never> => {
    for await (const event of kube.watch(query, AbortSignal.any([signal, stop.signal]))) {
      if (event.type === 'synced') {
        if (--unsynced === 0) changed.resolve();
        // Only whoever is not content with what there is opens watches: each is a connection.
        await looked.promise;
        continue;
      }
      if (event.type === 'deleted') seen.delete(objectPath(event.object));
      else seen.set(objectPath(event.object), event.object);
      changed.resolve();
    }
    throw new Error(`the watch of ${query.kind} ended`);
  };
  const ended = Promise.race(queries.map(follow));
  ended.catch(() => undefined); // Also when nobody waits for it any more.

  try {
    for (;;) {
      const answer: Look<T> = unsynced > 0 ? { againMs: undefined } : look([...seen.values()]);
      if ('met' in answer) return answer.met;
      if (unsynced === 0) looked.resolve();
      const timer = new AbortController();
      const again = answer.againMs === undefined ? [] : [clock.sleep(answer.againMs, AbortSignal.any([signal, timer.signal]))];
      for (const one of again) one.catch(() => undefined);
      try {
        await Promise.race([changed.promise, ended, ...again]);
      } finally {
        timer.abort(new Error('looked at earlier'));
      }
      changed = Promise.withResolvers();
    }
  } finally {
    stop.abort(new Error('the wait is over'));
  }
}
