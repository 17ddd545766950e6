import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../util/package-root.ts';
import { EMPTY_LOCK } from './lock.ts';
import { planLab } from './plan-lab.ts';

const example = readFileSync(join(packageRoot(), 'examples/pretty-lab/lab.yml'), 'utf8');

function planned(text: string, lock = EMPTY_LOCK) {
  const { plan, diagnostics } = planLab('lab.yml', text, lock);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

function cluster(text: string, name: string, lock = EMPTY_LOCK) {
  return planned(text, lock).clusters.find((one) => one.name === name)!;
}

function last(name: string, key: 'addresses' | 'machine', text = example) {
  return cluster(text, name).nodes.map((node) => (key === 'machine' ? node.machine : node.addresses[0]!.replace('192.168.21', '')));
}

test('cluster1 has the numbers of its slot', () => {
  const one = cluster(example, 'cluster1');
  assert.deepEqual(one.vips, { api: '192.168.21.18', ingress: '192.168.21.19' });
  assert.deepEqual(last('cluster1', 'addresses'), ['.20', '.21', '.22', '.23', '.24', '.25', '.26']);
  assert.equal(one.nodes[0]!.mac, '52:54:00:00:01:04');
});

test('a SNO hub on a worker keeps its machine and address, and a spoke takes the rest', () => {
  const hub = cluster(example, 'sno-cluster1');
  assert.deepEqual([hub.slot, hub.machineNetwork, hub.vips.api], [null, '192.168.21.26/32', '192.168.21.26']);
  assert.deepEqual(last('sno-cluster1', 'machine'), ['cluster1-worker-3']);
  assert.deepEqual(last('spoke1', 'addresses'), ['.20', '.21', '.22', '.23', '.24', '.25']);
  const machine = planned(example).machines.find((one) => one.name === 'cluster1-worker-3')!;
  assert.deepEqual([machine.vcpus, machine.memoryMiB, machine.disks.length], [16, 65_536, 2]);
});

test('a cluster added before the others moves no address, and the same file again changes nothing', () => {
  const lock = planLab('lab.yml', example, EMPTY_LOCK).lock!;
  const more = example.replace('clusters:\n', 'clusters:\n  early: {on: server04, masters: 3}\n');
  for (const name of ['cluster1', 'hub1', 'sno1', 'spoke1']) assert.deepEqual(cluster(more, name, lock), cluster(example, name));
  assert.equal(cluster(more, 'early', lock).slot, 5);
  assert.deepEqual(planLab('lab.yml', example, lock).changes, []);
});

test('a dual-stack network gives every node and VIP an address of each family', () => {
  const dual = example
    .replace('192.168.21.0/24,', '192.168.21.0/24, cidr6: "fd00:21::/64",')
    .replace('192.168.21.2+,', '192.168.21.2+, address6: "fd00:21::2+",');
  const one = cluster(dual, 'cluster1');
  assert.deepEqual([one.vips, one.vips6], [cluster(example, 'cluster1').vips, { api: 'fd00:21::12', ingress: 'fd00:21::13' }]);
  assert.deepEqual(one.nodes[0]!.addresses, ['192.168.21.20', 'fd00:21::14']);
  const hub = cluster(dual, 'sno-cluster1');
  assert.deepEqual([hub.machineNetwork, hub.machineNetwork6, hub.vips6?.api], ['192.168.21.26/32', 'fd00:21::1a/128', 'fd00:21::1a']);
  assert.deepEqual(cluster(dual, 'spoke1').vips6, one.vips6);
  assert.equal(planned(dual).servers[8]!.address6, 'fd00:21::a');
  const ids = (text: string) => planLab('lab.yml', text, EMPTY_LOCK).diagnostics.map(({ id }) => id);
  assert.deepEqual(ids(dual), ['jumphost-off-network']);
  assert.deepEqual(ids(dual.replace('192.168.21.1,', '192.168.21.1, address6: "fd00:21::1",')), []);
});

test('a lab of IPv6 alone has its addresses first', () => {
  const six = example.replace('192.168.21.0/24', '"fd00:21::/64"').replace('192.168.21.1,', '"fd00:21::1",').replace('192.168.21.2+', '"fd00:21::2+"');
  const hub = cluster(six, 'sno-cluster1');
  assert.deepEqual([hub.vips.api, hub.vips6, hub.machineNetwork], ['fd00:21::1a', undefined, 'fd00:21::1a/128']);
});

test('masters and workers are dealt out over the servers a cluster is on, and a machine may have its own', () => {
  const spread = example.replace('{on: server01,', '{on: "server[05-07]", machines: {worker-0: {on: server09, mac: "52:54:00:AA:00:01"}},');
  const { machines, clusters } = planned(spread);
  const servers = machines.filter(({ name }) => name.startsWith('cluster1-')).map(({ server }) => server);
  assert.deepEqual(servers, ['server05', 'server06', 'server07', 'server09', 'server06', 'server07', 'server05']);
  assert.equal(clusters[0]!.nodes[3]!.mac, '52:54:00:aa:00:01');
});

test('a size below what the installer accepts is raised with a warning, and the largest of all roles counts', () => {
  const { plan, diagnostics } = planLab(
    'lab.yml',
    example.replace('workers: 4}', 'workers: 4, sizes: {master: {memory: 8GiB, disks: [50GiB, 10GiB]}}}'),
    EMPTY_LOCK,
  );
  assert.deepEqual(
    diagnostics.map(({ id, severity }) => [id, severity]),
    [['below-minimum', 'warning']],
  );
  const { memoryMiB, disks } = plan!.machines[0]!;
  assert.deepEqual([memoryMiB, disks.map(({ sizeGiB }) => sizeGiB)], [16_384, [120, 10]]);
});

test('machines of profile tiny need no installer minimums and boot what direct_boot names', () => {
  const tiny =
    example.replace('install: abi, masters: 3, workers: 4', 'install: none, profile: tiny, masters: 1, workers: 1') +
    'direct_boot: {kernel: /k, initrd: /i, cmdline: quiet}\n';
  const text = tiny.replace(/^ {2}(sno-cluster1|spoke1):.*\n/gm, '');
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.deepEqual(diagnostics, []);
  const { vcpus, memoryMiB, firmware, directBoot } = plan!.machines[0]!;
  assert.deepEqual([vcpus, memoryMiB, firmware, directBoot?.kernel], [1, 128, 'bios', '/k']);
});

test('the reserved slot of a new server stays with the cluster that has it, with a warning', () => {
  const { lock } = planLab('lab.yml', example, EMPTY_LOCK);
  const more = example.replace('clusters:\n', '  server10: {address: 192.168.21.40, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}\nclusters:\n');
  const { plan, diagnostics } = planLab('lab.yml', more, lock!);
  assert.deepEqual(
    diagnostics.map(({ id }) => id),
    ['address-in-slot'],
  );
  assert.equal(plan!.clusters[1]!.slot, 2);
});

test('a change of numbers or servers is told machine by machine', () => {
  const { lock } = planLab('lab.yml', example, EMPTY_LOCK);
  const told = planLab('lab.yml', example.replace('workers: 2}', 'workers: 1}').replace('on: server03', 'on: server05'), lock!).changes;
  assert.deepEqual(
    told.map(({ action, name, consequence, detail }) => [action, name, consequence, detail]),
    [
      ['delete', 'mno1-worker-1', 'data-loss', 'on server04'],
      ['update', 'sno1-master-0', 'rebuild', 'moves from server03 to server05'],
    ],
  );
});

test('a fourth and fifth master stand at the end of the slot, and move nobody', () => {
  const five = example.replace('mno1:   ', 'mno1:').replace(/(mno1:.*)masters: 3/, '$1masters: 5');
  const { nodes } = cluster(five, 'mno1');
  const [, network, last] = /^(.*\.)(\d+)$/.exec(cluster(example, 'mno1').nodes[0]!.addresses[0]!)!;
  const at = (offset: number) => `${network}${Number(last) - 4 + offset}`;
  assert.deepEqual(
    nodes.map(({ name, addresses }) => [name, addresses[0]]),
    [
      ['master-0', at(4)],
      ['master-1', at(5)],
      ['master-2', at(6)],
      ['master-3', at(14)],
      ['master-4', at(13)],
      ['worker-0', at(7)],
      ['worker-1', at(8)],
    ],
  );
  const { lock } = planLab('lab.yml', example, EMPTY_LOCK);
  const kept = planLab('lab.yml', five, lock!).plan!.clusters.find(({ name }) => name === 'mno1')!;
  for (const node of cluster(example, 'mno1').nodes)
    assert.deepEqual(
      kept.nodes.find(({ name }) => name === node.name),
      node,
    );
});

test('a cluster may be called constructor', () => {
  const text = example.replace('  mno1:', '  constructor:');
  const { plan, changes, lock } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.ok(changes.some(({ action, name }) => action === 'create' && name === 'constructor'));
  assert.equal(plan?.clusters[3]?.name, 'constructor');
  assert.deepEqual(planLab('lab.yml', text, lock!).changes, []);
});

test('a cluster whose network is gone is not moved in silence', () => {
  const lock = { version: 1 as const, networks: {}, slots: { hub1: { network: 'other', slot: 2, machines: {} } } };
  assert.deepEqual(
    planLab('lab.yml', example, lock).diagnostics.map(({ id }) => id),
    ['network-gone'],
  );
  const moved = planLab('lab.yml', example.replace('{on: server02,', '{on: server02, network: baremetal,'), lock);
  assert.deepEqual(
    moved.changes.filter(({ name }) => name === 'hub1').map(({ action, consequence }) => [action, consequence]),
    [['update', 'rebuild']],
  );
});

test('a server is reached at its address unless its ssh names a host, and a range names none', () => {
  const user = example.replace('disk: 4TiB}', 'disk: 4TiB, ssh: {user: admin}}');
  assert.deepEqual(
    planned(user)
      .servers.slice(0, 2)
      .map(({ ssh }) => `${ssh?.user}@${ssh?.host}:${ssh?.port}`),
    ['admin@192.168.21.2:22', 'admin@192.168.21.3:22'],
  );
  assert.deepEqual(
    planLab('lab.yml', user.replace('{user: admin}', '{host: rack1}'), EMPTY_LOCK).diagnostics.map(({ id }) => id),
    ['one-host'],
  );
});
