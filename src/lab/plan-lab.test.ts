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

const mistakes: readonly (readonly [string, string, string])[] = [
  ['unknown-key', 'workers: 4}', 'workers: 4, color: red}'],
  ['duplicate-key', '  hub1: ', '  cluster1: '],
  ['duplicate-name', 'clusters:\n', '  server01: {address: 192.168.21.12, nic: e, cpus: 1, memory: 1GiB, disk: 1TiB}\nclusters:\n'],
  ['address-outside', 'address: 192.168.21.1,', 'address: 192.168.22.1,'],
  ['octal-address', '192.168.21.2+', '192.168.021.2+'],
  ['unknown-server', 'on: server01', 'on: server77'],
  ['vips-missing', 'nodes: [cluster1/worker-3]', 'nodes: [cluster1/worker-3, cluster1/worker-2]'],
  ['network-full', '192.168.21.0/24', '192.168.21.0/26'],
  ['duplicate-address', '192.168.21.2+', '192.168.21.1+'],
  ['overlapping-claims', 'host_network: true, active: false', 'host_network: true'],
  ['unknown-hub', 'hub: hub1', 'hub: hub7'],
  ['yaml-syntax', 'masters: 1}', 'masters: 1'],
];

for (const [id, before, after] of mistakes) {
  test(`${id} is an error with a place`, () => {
    const { plan, diagnostics } = planLab('lab.yml', example.replace(before, after), EMPTY_LOCK);
    assert.equal(plan, undefined);
    const found = diagnostics.find((one) => one.id === id);
    assert.ok(found?.at && found.hint, JSON.stringify(diagnostics));
  });
}
