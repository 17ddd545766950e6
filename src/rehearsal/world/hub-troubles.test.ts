import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulatedClock } from '../clock/simulated-clock.ts';
import type { FaultName } from '../faults.ts';
import { hubTroubles, webhooksDown } from './hub-troubles.ts';

const WATCH = { method: 'GET', path: '/apis/metal3.io/v1alpha1/namespaces/sno1/baremetalhosts?watch=1', participant: 'agent' };
const WRITE = { method: 'PATCH', path: '/api/v1/namespaces/sno1/secrets/pull-secret?fieldManager=labwright', participant: 'agent' };

const board = (fault: FaultName) => ({ hits: (name: FaultName, cluster: string) => name === fault && cluster === 'sno1', spend: () => undefined });

test("an API's trouble meets each watch of the cluster once, and nothing else", () => {
  for (const [fault, trouble] of [
    ['api-503', 'unavailable'],
    ['watch-dropped', 'watch-dropped'],
    ['watch-expired', 'watch-expired'],
  ] as const) {
    const interfere = hubTroubles(board(fault));
    assert.equal(interfere({ ...WATCH, participant: 'world' }), undefined);
    assert.equal(interfere({ ...WATCH, path: WATCH.path.replace('sno1', 'sno2') }), undefined);
    assert.equal(interfere(WRITE), undefined);
    assert.equal(interfere(WATCH), trouble);
    assert.equal(interfere(WATCH), undefined);
  }
});

test('a busy API refuses the first write to each object', () => {
  const interfere = hubTroubles(board('api-429'));
  assert.equal(interfere(WATCH), undefined);
  assert.equal(interfere(WRITE), 'too-many-requests');
  assert.equal(interfere(WRITE), undefined);
  assert.equal(interfere({ ...WRITE, path: WRITE.path.replace('pull-secret', 'other') }), 'too-many-requests');
});

test('a webhook that is down refuses ClusterInstances with 500 for 40 seconds', async () => {
  const clock = createSimulatedClock({ startMs: 0, speed: undefined }).participant('world');
  const admit = webhooksDown(() => Promise.resolve(undefined), { clock, faults: board('webhook-down') });
  const request = { operation: 'CREATE', object: { metadata: { namespace: 'sno1' } }, resource: { kind: 'ClusterInstance' } } as unknown as Parameters<
    typeof admit
  >[0];
  assert.throws(() => admit(request), /failed calling webhook/);
  await clock.sleep(39_000);
  assert.throws(() => admit(request), /failed calling webhook/);
  await clock.sleep(1000);
  assert.equal(await admit(request), undefined);
});
