import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK, formatLock, parseLock } from './lock.ts';
import { planLab } from './plan-lab.ts';

const LAB = `lab: one
domain: one.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks:
  flat: {cidr: 10.0.0.0/24, bridge: br0}
  more: {cidr: 10.0.1.0/24, bridge: br1, vlan: 7}
servers:
  server1: {address: 10.0.0.2, nic: eno2, cpus: 512, memory: 4TiB, disk: 80TiB}
clusters:
  c1: {on: server1, install: ipi, masters: 3, workers: 2, networks: [more]}
`;
/** The same lab beside it, on the same cables. */
const TWIN = LAB.replace('lab: one', 'lab: two\nlab_id: 1').replace('domain: one', 'domain: two');

function macs(text: string): string[] {
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.ok(plan, JSON.stringify(diagnostics));
  return [...plan.machines.flatMap(({ nics }) => nics.map(({ mac }) => mac)), ...plan.clusters.flatMap(({ bootstrap }) => bootstrap?.mac ?? [])];
}

test('two labs with different ids have no MAC in common, whatever else is the same', () => {
  const [one, two] = [macs(LAB), macs(TWIN)];
  assert.deepEqual(new Set(one).intersection(new Set(two)), new Set());
  assert.deepEqual(
    [one, two].map((all) => all.filter((mac) => mac.endsWith(':01:04'))),
    [
      ['52:54:00:00:01:04', '52:54:00:01:01:04'],
      ['52:54:00:10:01:04', '52:54:00:11:01:04'],
    ],
    'high digit: the lab, low digit: the network',
  );
});

test('a lab without an id has the MACs and the lock file it always had', () => {
  const { lock } = planLab('lab.yml', LAB, EMPTY_LOCK);
  assert.doesNotMatch(formatLock(lock!), /lab_id/);
  assert.deepEqual(planLab('lab.yml', LAB.replace('lab: one', 'lab: one\nlab_id: 0'), lock!).changes, []);
});

test('the id is locked: another one would change MACs of installed machines', () => {
  const told = (text: string, lock = EMPTY_LOCK) =>
    planLab('lab.yml', text, lock).diagnostics.map(({ id, at, message, hint }) => [id, `${at?.line}:${at?.column}`, message, hint]);
  const { lock: without } = planLab('lab.yml', LAB, EMPTY_LOCK);
  const later = 'remove lab_id, or destroy the clusters first and remove lab.lock.json';
  assert.deepEqual(told(LAB.replace('lab: one', 'lab: one\nlab_id: 3'), without), [
    ['lab-id-changed', '2:9', 'lab_id was 0: 3 would give machines of 1 cluster other MACs', later],
  ]);
  const written = parseLock('lab.lock.json', formatLock(planLab('lab.yml', TWIN, EMPTY_LOCK).lock!)).value!;
  assert.deepEqual(told(TWIN, written), []);
  assert.deepEqual(told(TWIN.replace('lab_id: 1\n', ''), written), [
    ['lab-id-changed', '1:1', 'lab_id was 1: 0 would give machines of 1 cluster other MACs', 'write lab_id: 1'],
  ]);
  assert.deepEqual(told(TWIN.replace('lab_id: 1', 'lab_id: 2'), { ...written, slots: {} }), [], 'nothing stands that could change');
  assert.match(told(LAB.replace('lab: one', 'lab: one\nlab_id: 16'))[0]!.join(' '), /^wrong-value 2:9 lab_id is too large write 15 or less$/);
});
