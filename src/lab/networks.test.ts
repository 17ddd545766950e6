import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../util/package-root.ts';
import { EMPTY_LOCK } from './lock.ts';
import { planLab } from './plan-lab.ts';

const at = (path: string) => readFileSync(join(packageRoot(), 'examples', path), 'utf8');
const [lab, rack1, rack2] = ['lab.yml', 'lab.d/rack1.yml', 'lab.d/rack2.yml'].map((path) => at(`telco-lab/${path}`)) as [string, string, string];

/** The lab as one text, with one thing in it written otherwise. */
function result(from = '', to = '', lock = EMPTY_LOCK) {
  const all = [lab, rack1, rack2].join('\0');
  assert.ok(all.includes(from), from);
  const [main = '', ...parts] = all.replace(from, to).split('\0');
  return planLab(
    'lab.yml',
    main,
    lock,
    undefined,
    parts.map((text, index) => ({ path: `lab.d/rack${index + 1}.yml`, text })),
  );
}

function planned(from = '', to = '') {
  const { plan, diagnostics } = result(from, to);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

const cluster = (name: string, from = '', to = '') => planned(from, to).clusters.find((one) => one.name === name)!;

test('a node has a NIC in each network of its cluster, with a MAC of that network and an address of each family', () => {
  const { nodes, networks } = cluster('cnf1');
  assert.deepEqual(networks, [
    { name: 'storage', slot: 1 },
    { name: 'test', slot: 1 },
  ]);
  assert.deepEqual(nodes[4]!.interfaces, [
    { network: 'storage', nic: 'enp4s0', mac: '52:54:00:01:01:08', addresses: ['10.40.0.24', 'fd00:40::18'] },
    { network: 'test', nic: 'enp5s0', mac: '52:54:00:02:01:08', addresses: ['10.50.0.24'] },
  ]);
});

test('on bare metal a tagged network is on the bond of the NIC that boots, an untagged one on the NIC that names it', () => {
  assert.deepEqual(cluster('edge1').nodes[0]!.interfaces, [
    { network: 'storage', nic: 'bond0', vlan: 40, mac: '3c:ec:ef:00:01:10', addresses: ['10.40.0.36', 'fd00:40::24'] },
  ]);
  const own = cluster('edge1', 'nics: {ens1f0:', 'nics: {ens2f0: {mac: 3c:ec:ef:00:01:20, network: storage}, ens1f0:').nodes[0]!.interfaces;
  assert.deepEqual([own?.[0]?.nic, own?.[0]?.vlan, own?.[0]?.mac], ['ens2f0', undefined, '3c:ec:ef:00:01:20']);
});

test('slots in further networks are locked too: a cluster that came later moves none', () => {
  const { lock } = result();
  const more = result('  cnf1:', '  early: {on: server01, masters: 1, networks: [storage]}\n  cnf1:', lock);
  const slots = (name: string) => more.plan?.clusters.find((one) => one.name === name)?.networks.map(({ slot }) => slot);
  assert.deepEqual([slots('cnf1'), slots('edge1'), slots('early')], [[1, 1], [2], [3]]);
  assert.deepEqual(
    more.changes.map(({ name }) => name),
    ['early'],
  );
});

test('a hosted control plane has two addresses at the end of its hub’s slot', () => {
  assert.deepEqual(cluster('hub1').hosted, [
    { name: 'hcp1', vips: { api: '10.10.0.45', ingress: '10.10.0.46' }, vips6: { api: 'fd00:10::2d', ingress: 'fd00:10::2e' } },
    { name: 'hcp2', vips: { api: '10.10.0.43', ingress: '10.10.0.44' }, vips6: { api: 'fd00:10::2b', ingress: 'fd00:10::2c' } },
  ]);
});

test('a profile is the size of machines, of the lab’s own or of those that labs use, and no less than the installer accepts', () => {
  const size = (name: string, from = '', to = '') => {
    const { vcpus, memoryMiB, disks } = planned(from, to).machines.find((one) => one.name === name)!;
    return [vcpus, memoryMiB / 1024, disks.map(({ sizeGiB }) => sizeGiB)];
  };
  assert.deepEqual(size('cnf1-worker-0'), [24, 96, [250]]);
  assert.deepEqual(size('cnf1-master-0'), [8, 16, [120]]);
  // 30 GB, as the sample says, is refused by every installer.
  assert.deepEqual(size('sno1-master-0'), [8, 16, [100]]);
  assert.deepEqual(size('ipi1-worker-0', 'ipi1: {', 'ipi1: {profile: seed2, '), [8, 32, [120]]);
  assert.deepEqual(size('cnf1-worker-0', 'profile: cnf,', 'profile: cnf, sizes: {worker: {cpus: 30}},'), [30, 96, [250]]);
});

test('machines of a pool have their disks there, and what they take is counted there', () => {
  const { machines } = planned();
  assert.deepEqual(machines.find(({ name }) => name === 'cnf1-master-0')?.pool, { name: 'fast', path: '/data/nvme', sizeGiB: 2048 });
  assert.ok(
    result('size: 2TiB', 'size: 100GiB').diagnostics.some(({ id, at: place }) => id === 'disk-full' && place?.path === 'lab.d/rack1.yml' && place.line === 13),
  );
});

test('a NAT lab is one server that is its own jumphost', () => {
  const text = at('laptop-lab/lab.yml');
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual([plan?.networks[0]?.mode, plan?.servers[0]?.nic, plan?.clusters[0]?.vips.api], ['nat', 'virbr-lab', '192.168.126.20']);
  const ids = (from: string, to: string) => planLab('lab.yml', text.replace(from, to), EMPTY_LOCK).diagnostics.map(({ id }) => id);
  assert.deepEqual(ids('clusters:\n', '  other: {address: 192.168.1.9, cpus: 8, memory: 64GiB, disk: 1TiB}\nclusters:\n  c2: {on: other}\n'), [
    'nat-two-servers',
  ]);
  assert.deepEqual(ids(', mode: nat', ''), ['no-nic']);
  assert.deepEqual(ids('mode: nat', 'mode: nat, vlan: 5'), ['nat-network']);
});

for (const [id, from, to] of [
  ['unknown-network', 'networks: [storage, test]', 'networks: [storage, tset]'],
  ['network-twice', 'networks: [storage, test]', 'networks: [storage, storage]'],
  ['network-twice', 'networks: [storage, test]', 'networks: [storage, baremetal]'],
  ['no-nic-for-network', 'nics: {test: eno3}', 'nics: {}'],
  ['no-nic-for-network', 'nodes: [host/far1], networks: [storage]', 'nodes: [host/far1], networks: [test]'],
  ['unknown-network', 'nics: {test: eno3}', 'nics: {test: eno3, tset: eno4}'],
  ['nic-twice', 'nics: {test: eno3}', 'nics: {test: bond0}'],
  ['nic-twice', 'nics: {test: eno3}', 'nics: {test: eno2}'],
  ['unknown-nic', 'nics: [ens1f0, ens1f1]', 'nics: [ens1f0, ens1f7]'],
  ['duplicate-vlan', 'bridge: br50}', 'bridge: br50, vlan: 40}'],
  ['no-nic', '    nic: bond0\n', ''],
  ['unknown-profile', 'profile: cnf', 'profile: cnv'],
  ['unknown-pool', 'pool: fast', 'pool: fats'],
  ['slot-too-small', 'hosted: [hcp1, hcp2]', 'workers: 5, hosted: [hcp1, hcp2]'],
  ['duplicate-name', 'hosted: [hcp1, hcp2]', 'hosted: [hcp1, ipi1]'],
  ['duplicate-name', 'hosted: [hcp1, hcp2]', 'hosted: [hcp1, hcp1]'],
  ['no-slot', 'clusters:\n', 'clusters:\n  again: {role: hub, install: abi, nodes: [cnf1/worker-1], hosted: [hcp3], active: false}\n'],
  ['two-places', 'clusters:\n', 'clusters:\n  again: {install: abi, nodes: [cnf1/worker-1], networks: [test], active: false}\n'],
  ['duplicate-port', 'registry: {}', 'registry: {port: 8443}'],
  ['duplicate-port', 'registry: {}', 'registry: {port: 8080}'],
  ['duplicate-port', 'registry: {}', 'registry: {port: 20010}'],
  ['vips-elsewhere', 'masters: 3, workers: 2}', 'masters: 3, workers: 2, vips: {api: 10.50.0.200, ingress: 10.50.0.201}}'],
  ['one-worker', 'workers: 2, profile: cnf', 'workers: 1, profile: cnf'],
] as const) {
  test(`${id}: ${to.trim().split('\n').at(-1)!.slice(0, 70)}`, () => {
    const { diagnostics } = result(from, to);
    assert.ok(
      diagnostics.some((one) => one.id === id && one.at!.line > 1 && one.hint !== ''),
      JSON.stringify(diagnostics),
    );
  });
}
