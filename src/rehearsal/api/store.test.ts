import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './json.ts';
import { createStore } from './store.ts';

function object(name: string, value = 0): Json {
  return { metadata: { namespace: 'n', name }, value };
}

test('a list can be had as it was, until its version is forgotten', () => {
  let nowMs = 0;
  const store = createStore(5_000, () => nowMs);
  store.put('r', object('a', 1));
  store.put('r', object('b', 1));
  const then = store.version();
  store.put('r', object('a', 2));
  store.remove('r', object('b'));
  store.put('r', object('c'));
  const shown = (items: readonly Json[] | undefined): unknown => items?.map((one) => [(one['metadata'] as Json)['name'], one['value']]);
  assert.deepEqual(shown(store.all('r', 'n')), [
    ['a', 2],
    ['c', 0],
  ]);
  assert.deepEqual(shown(store.allAt('r', 'n', then)), [
    ['a', 1],
    ['b', 1],
  ]);
  nowMs = 6_000;
  assert.equal(store.allAt('r', 'n', then), undefined);
  assert.equal(store.since('r', then), undefined);
  assert.deepEqual(store.since('r', store.version()), [], 'nothing has happened since the last version');
});

test('versions before a server’s first count as forgotten', () => {
  const store = createStore();
  assert.equal(store.since('r', 2), undefined);
  assert.ok(Number((store.put('r', object('a'))['metadata'] as Json)['resourceVersion']) > 100);
});
