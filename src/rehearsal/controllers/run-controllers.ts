import { KubeApiError } from '../../kube/kube-api-error.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import type { Clock } from '../../util/clock.ts';
import { messageOf } from '../../util/errors.ts';
import { keyOf, type Controller, type LookAgain, type ObjectKey } from './controller.ts';
import { createObjectCache, kindId, type ObjectCache } from './object-cache.ts';

export interface RunDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  /** Errors of reconciles that will be tried again. */
  readonly log: (line: string) => void;
}

const MAX_CONFLICTS = 20;
/** controller-runtime's default rate limiter: 5 ms doubled per failure in a row; the real siteconfig operator shows 20 ms to 16 min. */
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 16 * 60_000;

/**
 * Runs controllers on shared watches until the signal is aborted.
 *
 * `controllersOf` gets the cache that the watches fill. Each controller has one worker and handles its objects in the
 * order in which they asked for it, so that the same world always takes the same turns.
 *
 * @returns once everything that existed has been seen; `done` settles when all watches have ended.
 */
export async function runControllers(
  deps: RunDeps,
  controllersOf: (cache: ObjectCache) => readonly Controller[],
  signal: AbortSignal,
): Promise<{ readonly cache: ObjectCache; readonly done: Promise<void> }> {
  const cache = createObjectCache();
  const controllers = controllersOf(cache);
  const workers = controllers.map((controller) => ({ controller, enqueue: startWorker(deps, controller, signal) }));
  for (const { controller, enqueue } of workers) controller.source?.(enqueue);
  const kinds = new Map<string, KindRef>();
  for (const { watches } of controllers) for (const { kind } of watches) kinds.set(kindId(kind), kind);

  const wake = (object: KubeObject): void => {
    const id = kindId(object);
    for (const { controller, enqueue } of workers) {
      for (const watch of controller.watches) {
        if (kindId(watch.kind) !== id) continue;
        for (const key of watch.keysOf?.(object, cache) ?? [keyOf(object)]) enqueue(key);
      }
    }
  };
  const follow = async (kind: KindRef, synced: () => void): Promise<void> => {
    for await (const event of deps.kube.watch(kind, signal)) {
      if (event.type === 'synced') {
        synced();
        continue;
      }
      if (event.type === 'deleted') cache.remove(event.object);
      else cache.put(event.object);
      wake(event.object);
    }
  };
  const started: Promise<void>[] = [];
  const ended: Promise<void>[] = [];
  for (const kind of kinds.values()) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    started.push(promise);
    ended.push(
      follow(kind, resolve).catch((error: unknown) => {
        reject(error);
        if (!signal.aborted) throw error;
      }),
    );
  }
  const done = Promise.all(ended).then(() => undefined);
  done.catch(() => undefined); // Whoever wants to know awaits `done`.
  await Promise.all(started);
  return { cache, done };
}

/** @returns how to ask for an object's turn; asking twice before it comes is one turn. */
function startWorker({ clock, log }: RunDeps, controller: Controller, signal: AbortSignal): (key: ObjectKey) => void {
  const queue = new Map<string, ObjectKey>();
  const timers = new Map<string, AbortController>();
  const failures = new Map<string, number>();
  let working = false;

  const enqueue = (key: ObjectKey): void => {
    queue.set(idOf(key), key);
    if (working) return;
    working = true;
    void clock.during(work()).finally(() => {
      working = false;
    });
  };
  const later = (key: ObjectKey, { afterMs, idle }: LookAgain): void => {
    const timer = new AbortController();
    timers.set(idOf(key), timer);
    clock.sleep(afterMs, AbortSignal.any([timer.signal, signal]), idle && 'idle').then(
      () => enqueue(key),
      () => undefined,
    );
  };
  const work = async (): Promise<void> => {
    for (;;) {
      const next = queue.entries().next().value;
      if (next === undefined || signal.aborted) return;
      const [id, key] = next;
      queue.delete(id);
      timers.get(id)?.abort(new Error('looked at earlier'));
      timers.delete(id);
      try {
        const result = await withoutConflicts(() => controller.reconcile(key, signal));
        failures.delete(id);
        if (result) later(key, result);
      } catch (error) {
        if (signal.aborted) return;
        const count = failures.get(id) ?? 0;
        failures.set(id, count + 1);
        log(`${controller.name} ${id}: ${messageOf(error)}`);
        later(key, { afterMs: Math.min(FIRST_PAUSE_MS * 2 ** count, MAX_PAUSE_MS), idle: true });
      }
    }
  };
  return enqueue;
}

async function withoutConflicts<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof KubeApiError) || error.status !== 409 || attempt === MAX_CONFLICTS) throw error;
    }
  }
}

function idOf({ namespace, name }: ObjectKey): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
