import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK, type LockFile } from './lock.ts';
import { planLab } from './plan-lab.ts';

const LAB = `lab: pinned
domain: pinned.lab
jumphost: {address: 10.0.0.1, address6: "fd00::1", nic: eno2}
networks:
  flat: {cidr: 10.0.0.0/24, cidr6: "fd00::/64", bridge: br0}
  other: {cidr: 10.0.1.0/24, bridge: br1, vlan: 7}
servers:
  server1: {address: 10.0.0.2, nic: eno2, cpus: 512, memory: 4TiB, disk: 80TiB}
clusters:
  first: {on: server1, install: abi, masters: 3, workers: 2, machines: {master-1: {address: 10.0.0.110, address6: "FD00::6E"}, worker-0: {address: 10.0.0.30}}}
  hub: {role: hub, install: abi, nodes: [first/worker-0], host_network: true, active: false}
  second: {on: server1, install: upi, masters: 3, machines: {bootstrap: {address: 10.0.0.60}}}
`;

const result = (from = '', to = '', lock: LockFile = EMPTY_LOCK) => planLab('lab.yml', LAB.replace(from, to), lock);
const told = (from: string, to: string, lock?: LockFile) =>
  result(from, to, lock).diagnostics.map(({ id, at, message }) => [id, `${at?.line}:${at?.column}`, message]);

test('a machine has the addresses that are written for it, and in every cluster that stands on it', () => {
  const { plan, diagnostics } = result();
  assert.deepEqual(diagnostics, []);
  const addresses = (cluster: string) => plan!.clusters.find(({ name }) => name === cluster)!.nodes.map((node) => node.addresses);
  assert.deepEqual(addresses('first'), [
    ['10.0.0.20', 'fd00::14'],
    ['10.0.0.110', 'fd00::6e'],
    ['10.0.0.22', 'fd00::16'],
    ['10.0.0.30', 'fd00::17'],
    ['10.0.0.24', 'fd00::18'],
  ]);
  assert.deepEqual(
    [addresses('hub'), plan!.clusters[1]!.machineNetwork, plan!.clusters[1]!.vips.api],
    [[['10.0.0.30', 'fd00::17']], '10.0.0.30/32', '10.0.0.30'],
  );
  assert.equal(addresses('second').at(-1)![0], '10.0.0.60');
  assert.equal(plan!.machines.find(({ name }) => name === 'first-master-1')?.mac, '52:54:00:00:01:05', 'MACs stay those of the slot');
});

test('a slot that holds an address which is written for a machine goes to no other cluster, and to its own where nothing else stands there', () => {
  assert.deepEqual(
    result().plan!.clusters.map(({ slot }) => slot),
    [1, null, 2],
  );
  const slots = (address: string) => result('10.0.0.30', address).plan!.clusters.map(({ slot }) => slot);
  assert.deepEqual(
    [slots('10.0.0.18'), slots('10.0.0.20')],
    [
      [2, null, 3],
      [2, null, 3],
    ],
    'the place of its api, or of master-0',
  );
  assert.deepEqual(
    [slots('10.0.0.23'), slots('10.0.0.45')],
    [
      [1, null, 2],
      [1, null, 3],
    ],
    'its own place; the slot after it',
  );
});

test('a slot that was given out stays, with a warning where another cluster’s address lies in it', () => {
  const lock: LockFile = {
    version: 1,
    networks: {},
    slots: { second: { network: 'flat', slot: 1, machines: {} }, first: { network: 'flat', slot: 6, machines: {} } },
  };
  assert.deepEqual(
    told('', '', lock),
    [['address-in-slot', '12:11', "10.0.0.30 lies in slot 1, which is second's"]],
    'not of 10.0.0.110, which is in the slot of its own cluster',
  );
  assert.deepEqual(
    result('', '', lock).plan!.clusters.map(({ slot }) => slot),
    [6, null, 1],
  );
});

test('such an address is checked as every other: form, network, owners, at its place', () => {
  assert.deepEqual(
    told('10.0.0.110', '10.0.0.300').map(([id, at]) => [id, at]),
    [['bad-address', '10:93']],
  );
  assert.deepEqual(
    told('10.0.0.110', '10.0.0.010').map(([id, at]) => [id, at]),
    [['octal-address', '10:93']],
  );
  assert.deepEqual(
    told('10.0.0.110', '10.0.0.255').map(([id, at]) => [id, at]),
    [['network-address', '10:93']],
  );
  assert.deepEqual(
    told('10.0.0.110', '10.0.1.100').map(([id, at]) => [id, at]),
    [['other-network', '10:93']],
  );
  assert.deepEqual(told('10.0.0.110', '10.0.0.2'), [['duplicate-address', '10:93', '10.0.0.2 belongs to server1, first-master-1']]);
  assert.deepEqual(
    told('10.0.0.110', '10.0.0.60').map(([, , message]) => message),
    ['10.0.0.60 belongs to first-master-1, second-bootstrap'],
  );
  assert.deepEqual(
    told('"FD00::6E"', '10.0.0.64').map(([id]) => id),
    ['address-outside'],
  );
});

test('another address for a machine that was planned is told as what it is: a machine to install again', () => {
  const { lock } = result();
  const changes = (from: string, to: string) =>
    result(from, to, lock).changes.map(({ action, name, consequence, detail }) => [action, name, consequence, detail]);
  assert.deepEqual(changes('', ''), []);
  assert.deepEqual(changes('10.0.0.110', '10.0.0.111'), [['update', 'first-master-1', 'rebuild', '10.0.0.111, fd00::6e instead of 10.0.0.110, fd00::6e']]);
  assert.deepEqual(changes(', worker-0: {address: 10.0.0.30}', ''), [
    ['update', 'first-worker-0', 'rebuild', 'the address of its slot instead of 10.0.0.30, fd00::17'],
  ]);
  assert.deepEqual(changes('machines: {bootstrap', 'machines: {master-0: {address: 10.0.0.200}, bootstrap'), [
    ['update', 'second-master-0', 'rebuild', '10.0.0.200, fd00::24 instead of the address of its slot'],
  ]);
});
