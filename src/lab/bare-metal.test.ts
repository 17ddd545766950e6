import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../util/package-root.ts';
import { EMPTY_LOCK } from './lock.ts';
import { planLab } from './plan-lab.ts';

const example = readFileSync(join(packageRoot(), 'examples/metal-lab/lab.yml'), 'utf8');

function planned(text = example) {
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

const cluster = (name: string, text = example) => planned(text).clusters.find((one) => one.name === name)!;
const machine = (name: string, text = example) => planned(text).machines.find((one) => one.name === name)!;

test('a host is a machine with its own MACs, BMC and disk, and stands on no server', () => {
  const { kind, home, server, mac, nics, bmc, rootDeviceHints, tags } = machine('metal1');
  assert.deepEqual([kind, home, server, mac], ['metal', undefined, 'metal1', 'b0:26:28:00:00:11']);
  assert.deepEqual(nics, [
    { name: 'eno1', mac: 'b0:26:28:00:00:11' },
    { name: 'eno2', mac: 'b0:26:28:00:00:12' },
  ]);
  assert.deepEqual(bmc, {
    protocol: 'idrac-virtualmedia',
    url: 'https://192.168.30.11/redfish/v1/Systems/System.Embedded.1',
    username: 'root',
    passwordFile: '/etc/labwright/bmc/metal1',
    verifyTls: false,
  });
  // The solid one, although the other is larger.
  assert.deepEqual([rootDeviceHints, tags], [{ wwn: '0x55cd2e414f000011' }, ['dell', 'edge']]);
});

test('a host without an address has that of its place in the slot; one with an address keeps it in every cluster', () => {
  assert.deepEqual(cluster('edge1').nodes[0], {
    name: 'master-0',
    role: 'master',
    machine: 'metal1',
    addresses: ['192.168.31.36'],
    mac: 'b0:26:28:00:00:11',
  });
  for (const name of ['bare1', 'bare2'])
    assert.deepEqual(
      cluster(name)
        .nodes.filter(({ role }) => role === 'master')
        .map(({ machine: on, addresses }) => [on, addresses[0]]),
      [
        ['metal2', '192.168.31.242'],
        ['metal3', '192.168.31.243'],
        ['metal4', '192.168.31.244'],
      ],
    );
});

test('IPI has a provisionhost at offset 0 and keeps address and MAC of its bootstrap at offset 1', () => {
  const { slot, nodes, provisionhost, bootstrap } = cluster('bare2');
  assert.equal(slot, 4);
  assert.deepEqual(provisionhost, { name: 'provisionhost', addresses: ['192.168.31.64'], machine: 'bare2-provisionhost', image: undefined, user: 'dci' });
  assert.deepEqual(bootstrap, { addresses: ['192.168.31.65'], mac: '52:54:00:00:04:01' });
  assert.deepEqual([nodes.at(-1)?.role, nodes.at(-1)?.mac, machine('bare2-provisionhost').server], ['provisionhost', '52:54:00:00:04:00', 'server02']);
});

test('a provisionhost may be the jumphost, a server or a host; then no VM is made', () => {
  const named = (what: string) => example.replace('provisionhost: {on: server02}', `provisionhost: {machine: ${what}}`);
  assert.deepEqual(cluster('bare2', named('jumphost')).provisionhost?.addresses, ['192.168.31.1']);
  assert.deepEqual(cluster('bare2', named('server02')).provisionhost?.addresses, ['192.168.31.3']);
  const spare = named('host/spare').replace(
    'clusters:\n',
    '  spare: {bmc: {address: "ipmi://192.168.30.40"}, nics: {eth0: {mac: "00:25:90:00:00:40"}}, cpus: 8, memory: 32GiB, disks: [{size: 480GiB}]}\nclusters:\n',
  );
  assert.deepEqual(cluster('bare2', spare).provisionhost, { name: 'spare', addresses: ['192.168.31.64'], machine: 'spare', image: undefined, user: 'dci' });
  assert.equal(planned(spare).machines.length, planned().machines.length);
});

test('hosts beside VMs are workers after them', () => {
  const text = example.replace('bare1: {install: abi, nodes:', 'bare1: {install: abi, on: server01, masters: 3, workers: 1, nodes:');
  assert.deepEqual(
    cluster('bare1', text).nodes.map(({ name, machine: on }) => `${name} ${on}`),
    [
      'master-0 bare1-master-0',
      'master-1 bare1-master-1',
      'master-2 bare1-master-2',
      'worker-0 bare1-worker-0',
      'worker-1 metal2',
      'worker-2 metal3',
      'worker-3 metal4',
    ],
  );
});

test('UPI has a bootstrap VM, and its load balancer may be the jumphost', () => {
  const upi = 'upi1: {on: server01, install: upi, masters: 3, workers: 2, vips: {api: 192.168.31.1, ingress: 192.168.31.1}}';
  const text = example.replace('clusters:\n', `clusters:\n  ${upi}\n`);
  const { nodes, topology, vips } = cluster('upi1', text);
  assert.deepEqual([nodes.at(-1)?.name, nodes.at(-1)?.addresses[0], topology, vips.api], ['bootstrap', '192.168.31.17', 'mno', '192.168.31.1']);
  assert.equal(machine('upi1-bootstrap', text).server, 'server01');
});

test('two clusters cannot have a host at one time', () => {
  assert.deepEqual(
    planLab('lab.yml', example.replace(', active: false}', '}'), EMPTY_LOCK).diagnostics.map(({ id, message }) => [id, /bare1, bare2/.test(message)]),
    [['overlapping-claims', true]],
  );
});

/** Each mistake is told by its id, at its line. */
for (const [id, from, to] of [
  ['bad-bmc-address', 'virtualmedia://192.168.30.20/redfish/v1/Systems/node1', 'virtualmedia://192.168.30.20/node1'],
  ['bad-bmc-address', 'idrac-virtualmedia://', 'https://'],
  ['duplicate-bmc', 'Systems/node2', 'Systems/node1'],
  ['duplicate-address', 'idrac-virtualmedia://192.168.30.11', 'idrac-virtualmedia://192.168.31.2'],
  ['duplicate-address', 'address: 192.168.31.243', 'address: 192.168.31.242'],
  ['duplicate-mac', '3c:ec:ef:00:00:22', '3C:EC:EF:00:00:21'],
  ['duplicate-disk', 'S3Z8NB0K100022', 'S3Z8NB0K100021'],
  ['duplicate-name', '  metal4:\n', '  server01:\n'],
  ['address-outside', 'address: 192.168.31.243', 'address: 192.168.32.243'],
  ['unknown-host', 'nodes: [host/metal1]', 'nodes: [host/metl1]'],
  ['unknown-node', 'nodes: [host/metal1]', 'nodes: [host/metal1, host/metal1, host/metal2]'],
  ['host-without-address', '    address: 192.168.31.242\n', ''],
  ['two-places', 'nodes: [host/metal1]', 'nodes: [host/metal1, bare1/master-0]'],
  ['unknown-nic', 'nics: {eno1:', 'boot_nic: eno3\n    nics: {eno1:'],
  [
    'no-root-disk',
    'disks: [{size: 480GiB, wwn: "0x55cd2e414f000011"}, {size: 4TiB, wwn: "0x5000c500a0000011", rotational: true}]',
    'disks: [{size: 480GiB}, {size: 4TiB}]',
  ],
  ['unstable-root-disk', 'tags: [dell, edge]', 'root_device_hints: {deviceName: /dev/sda}'],
  ['ignored-hint', 'tags: [dell, edge]', 'root_device_hints: {wwnWithExtension: "0x55cd2e414f000011"}'],
  ['below-minimum', 'cpus: 64', 'cpus: 4'],
  ['no-virtual-media', 'idrac-virtualmedia://192.168.30.11/redfish/v1/Systems/System.Embedded.1', 'ipmi://192.168.30.11'],
  ['no-virtual-media', 'idrac-virtualmedia://', 'idrac-redfish://'],
  ['no-provisionhost', ', provisionhost: {on: server02}', ''],
  ['unknown-machine', 'provisionhost: {on: server02}', 'provisionhost: {machine: elsewhere}'],
  ['two-places', 'provisionhost: {on: server02}', 'provisionhost: {on: server02, machine: jumphost}'],
  ['two-places', 'provisionhost: {on: server02}', 'provisionhost: {machine: host/metal2}'],
  ['no-provisionhost-needed', 'install: abi, nodes: [host/metal2', 'install: abi, provisionhost: {on: server01}, nodes: [host/metal2'],
  ['bad-topology', 'install: clusterinstance, nodes: [host/metal1]', 'install: clusterinstance, masters: 2, nodes: [host/metal1]'],
  ['bad-topology', 'hub1, install: clusterinstance', 'hub1, install: ipi'],
] as const) {
  test(`${id}: ${to === '' ? `without ${from.trim()}` : to.split('\n')[0]!.slice(0, 60)}`, () => {
    assert.ok(example.includes(from), from);
    const { diagnostics } = planLab('lab.yml', example.replace(from, to), EMPTY_LOCK);
    assert.ok(
      diagnostics.some((one) => one.id === id && one.at!.line > 1 && one.hint !== ''),
      JSON.stringify(diagnostics),
    );
  });
}
