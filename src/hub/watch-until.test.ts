import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import type { KubeClient, WatchEvent } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { fakeClock } from '../util/clock.ts';
import { watchUntil, type Look } from './watch-until.ts';

const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const object = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'ns' } });

/** A client whose only watch gives what the test feeds it. */
function fedWatch(): { readonly kube: KubeClient; readonly feed: (event: WatchEvent | Error) => Promise<void>; readonly isClosed: () => boolean } {
  const events: (WatchEvent | Error)[] = [];
  let wake = Promise.withResolvers<void>();
  let closed = false;
  async function* watch(_: unknown, signal?: AbortSignal): AsyncGenerator<WatchEvent> {
    signal?.addEventListener('abort', () => wake.resolve());
    try {
      for (;;) {
        signal?.throwIfAborted();
        const next = events.shift();
        if (next instanceof Error) throw next;
        if (next) yield next;
        else {
          await wake.promise;
          wake = Promise.withResolvers();
        }
      }
    } finally {
      closed = true;
    }
  }
  return {
    kube: { watch } as unknown as KubeClient,
    async feed(event) {
      events.push(event);
      wake.resolve();
      await turn();
    },
    isClosed: () => closed,
  };
}

test('nothing is asked before all that exists is known; the answer ends the watch', async () => {
  const { kube, feed, isClosed } = fedWatch();
  const looks: number[] = [];
  const look = (seen: readonly KubeObject[]): Look<string> => {
    looks.push(seen.length);
    return seen.length === 2 ? { met: 'two' } : { againMs: undefined };
  };
  const answer = watchUntil({ kube, clock: fakeClock(), signal: new AbortController().signal }, [query], look);
  await feed({ type: 'added', object: object('a') });
  assert.deepEqual(looks, []);
  await feed({ type: 'synced' });
  await feed({ type: 'deleted', object: object('a') });
  await feed({ type: 'added', object: object('b') });
  await feed({ type: 'added', object: object('c') });
  assert.equal(await answer, 'two');
  assert.deepEqual(looks, [1, 0, 1, 2]);
  await turn();
  assert.equal(isClosed(), true);
});

test('it looks again at the time that the last look named, though nothing changed', async () => {
  const { kube, feed } = fedWatch();
  const clock = fakeClock();
  const look = (): Look<number> => (clock.now() >= 500 ? { met: clock.now() } : { againMs: 500 - clock.now() });
  const answer = watchUntil({ kube, clock, signal: new AbortController().signal }, [query], look);
  await feed({ type: 'synced' });
  clock.advance(499);
  await turn();
  clock.advance(1);
  assert.equal(await answer, 500);
});

test('a watch that gives up, a look that throws and an abort all end the wait', async () => {
  const signal = new AbortController().signal;
  const broken = fedWatch();
  const first = assert.rejects(
    watchUntil({ kube: broken.kube, clock: fakeClock(), signal }, [query], () => ({ againMs: undefined })),
    /gone/,
  );
  await broken.feed(new Error('gone'));
  await first;

  const refusing = fedWatch();
  const refuse = (): never => {
    throw new Error('refused');
  };
  const second = assert.rejects(watchUntil({ kube: refusing.kube, clock: fakeClock(), signal }, [query], refuse), /refused/);
  await refusing.feed({ type: 'synced' });
  await second;

  const waiting = fedWatch();
  const stop = new AbortController();
  const third = assert.rejects(
    watchUntil({ kube: waiting.kube, clock: fakeClock(), signal: stop.signal }, [query], () => ({ againMs: undefined })),
    /cancelled/,
  );
  await waiting.feed({ type: 'synced' });
  stop.abort(new Error('cancelled'));
  await third;
});
