import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lock.ts';
import { planLab } from '../plan-lab.ts';
import { allocateSlots } from './slots.ts';

test('a slot that a cluster cannot use waits for the next one that can', () => {
  const never3 = { cluster: 'a', fits: (slot: number) => slot !== 3 };
  const any = (cluster: string) => ({ cluster, fits: () => true });
  const { slots, passed, left } = allocateSlots(6, new Set([1, 2]), [never3, any('b'), any('c')], new Map());
  assert.deepEqual(
    [...slots],
    [
      ['a', 4],
      ['b', 3],
    ],
  );
  assert.deepEqual([passed, left], [[{ cluster: 'a', slot: 3 }], ['c']]);
});

const wide = (workers: number) => `lab: wide
domain: wide.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks:
  flat: {cidr: 10.0.0.0/22, bridge: br0}
servers:
  server1: {address: 10.0.0.2, nic: eno2, cpus: 512, memory: 8TiB, disk: 80TiB}
clusters:
  big: {on: server1, install: abi, masters: 3, workers: ${workers}}
`;

test('no node gets an address that ends in .255: the ninth worker of slot 15 passes to slot 16', () => {
  const filled = { version: 1 as const, networks: {}, slots: {} as Record<string, { network: string; slot: number; machines: {} }> };
  let text = wide(9);
  for (let slot = 1; slot <= 14; slot++) {
    filled.slots[`c${slot}`] = { network: 'flat', slot, machines: {} };
    text += `  c${slot}: {on: server1, install: none, masters: 1, sizes: {master: {cpus: 1}}}\n`;
  }
  const { plan, diagnostics } = planLab('lab.yml', text, filled);
  assert.equal(plan?.clusters[0]?.slot, 16);
  assert.deepEqual(
    diagnostics.map(({ id }) => id),
    ['edge-address'],
  );
  assert.equal(planLab('lab.yml', text.replace('workers: 9', 'workers: 8'), filled).plan?.clusters[0]?.slot, 15);
  assert.equal(planLab('lab.yml', wide(9), EMPTY_LOCK).plan?.clusters[0]?.slot, 1);
});

test('a worker added to a cluster that stands before .255 is an error, not a move', () => {
  const lock = { version: 1 as const, networks: {}, slots: { big: { network: 'flat', slot: 15, machines: {} } } };
  assert.equal(planLab('lab.yml', wide(8), lock).plan?.clusters[0]?.slot, 15);
  assert.deepEqual(
    planLab('lab.yml', wide(9), lock).diagnostics.map(({ id }) => id),
    ['edge-address'],
  );
});

test('a full network whose clusters are locked is widened only where its first address stays', () => {
  const hint = (cidr: string, server: string, slots: Record<string, { network: string; slot: number; machines: {} }>) => {
    let text = wide(0).replace('10.0.0.0/22', cidr).replace('10.0.0.1,', `${server}1,`).replace('10.0.0.2,', `${server}2,`);
    for (let index = 1; index <= 6; index++) text += `  c${index}: {on: server1, install: none, masters: 1}\n`;
    return planLab('lab.yml', text, { version: 1, networks: {}, slots }).diagnostics[0]?.hint;
  };
  const c1 = { c1: { network: 'flat', slot: 1, machines: {} } };
  assert.match(hint('10.0.1.0/26', '10.0.1.', {}) ?? '', /^widen flat to 10\.0\.1\.0\/24, lower its slot_size/);
  assert.equal(hint('10.0.1.0/26', '10.0.1.', c1), 'widen flat to 10.0.1.0/24, or remove clusters');
  assert.equal(hint('10.0.1.64/26', '10.0.1.7', c1), 'declare another network for new clusters, or remove clusters');
});

test('a network with less than a twentieth of its slots left is warned about', () => {
  const ids = (count: number): string[] => {
    let text = wide(0).replace('10.0.0.0/22', '10.0.0.0/24').replace('  big: {on: server1, install: abi, masters: 3, workers: 0}\n', '');
    for (let index = 1; index <= count; index++) text += `  c${index}: {on: server1, install: none, masters: 1, sizes: {master: {cpus: 1}}}\n`;
    return planLab('lab.yml', text, EMPTY_LOCK).diagnostics.map(({ id }) => id);
  };
  assert.deepEqual([ids(13), ids(14), ids(15)], [[], ['network-nearly-full'], ['network-full']]);
});
