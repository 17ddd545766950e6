import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK, formatLock, type LockFile, parseLock } from './lock.ts';
import { planLab } from './plan-lab.ts';

/** The second seed's server: an IPI cluster of a provisionhost, three masters and three workers, here the second one of its lab. */
const LAB = `lab: seed
domain: our.pretty.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks:
  baremetal: {cidr: 192.168.21.0/24, bridge: br0}
servers:
  server[01-02]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  first: {on: server01, install: abi, masters: 3}
  server: {on: server02, install: ipi, masters: 3, workers: 3, profile: seed2}
`;

const macs = (text: string, lock: LockFile = EMPTY_LOCK) => {
  const result = planLab('lab.yml', text, lock);
  assert.ok(result.plan, JSON.stringify(result.diagnostics));
  const { nodes, bootstrap } = result.plan.clusters.find(({ name }) => name === 'server')!;
  return {
    lock: result.lock!,
    changes: result.changes,
    macs: Object.fromEntries([...nodes, { name: 'bootstrap', ...bootstrap! }].map(({ name, mac }) => [name, mac])),
  };
};

test('profile seed2 has the MACs of the second seed, and one of its own for the bootstrap', () => {
  assert.deepEqual(macs(LAB).macs, {
    provisionhost: '52:54:00:00:02:00',
    'master-0': '52:54:00:00:02:01',
    'master-1': '52:54:00:00:02:02',
    'master-2': '52:54:00:00:02:03',
    'worker-0': '52:54:00:00:02:04',
    'worker-1': '52:54:00:00:02:05',
    'worker-2': '52:54:00:00:02:06',
    bootstrap: '52:54:00:00:02:0f',
  });
});

test('no two of them are equal in the fullest slots, and a MAC that is typed wins', () => {
  for (const [size, masters, workers] of [
    [8, 3, 1],
    [16, 3, 8],
    [16, 5, 6],
    [32, 3, 24],
    [64, 5, 54],
  ] as const) {
    const text = LAB.replace('bridge: br0', `bridge: br0, slot_size: ${size}`).replace('/24,', '/23,').replace('192.168.21.0', '192.168.20.0');
    const all = Object.values(
      macs(
        text
          .replace('masters: 3, workers: 3', `masters: ${masters}, workers: ${workers}`)
          .replace('512GiB', '8TiB')
          .replace('cpus: 96', 'cpus: 512')
          .replace('4TiB', '80TiB'),
      ).macs,
    );
    assert.equal(new Set(all).size, masters + workers + 2, `slots of ${size}`);
    assert.ok(all.every((mac) => Number.parseInt(mac.slice(-2), 16) < 0xf0));
  }
  assert.equal(macs(LAB.replace('profile: seed2', 'profile: seed2, machines: {master-1: {mac: "52:54:00:aa:00:01"}}')).macs['master-1'], '52:54:00:aa:00:01');
});

test('a cluster that was planned keeps its MACs when the profile comes or goes', () => {
  const plain = LAB.replace(', profile: seed2', '');
  const before = macs(plain);
  assert.doesNotMatch(formatLock(before.lock), /macs/);
  const added = macs(LAB, before.lock);
  assert.deepEqual([added.macs, added.lock, added.changes], [before.macs, before.lock, []]);
  const seed = macs(LAB);
  const removed = macs(plain, parseLock('lab.lock.json', formatLock(seed.lock)).value);
  assert.deepEqual([removed.macs, removed.changes], [seed.macs, []]);
});
