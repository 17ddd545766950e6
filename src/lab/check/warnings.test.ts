// Warnings and errors of reference/lab-and-libvirt.md §5.6 that are about more than one line of a lab file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lock.ts';
import { planLab } from '../plan-lab.ts';

const LAB = `lab: small
domain: small.lab
jumphost: {address: 10.0.0.1, nic: eno2, services: {registry: {}}}
networks:
  flat: {cidr: 10.0.0.0/23, bridge: br0}
servers:
  server[1-4]: {address: 10.0.0.2+, nic: eno2, cpus: 512, memory: 4TiB, disk: 80TiB}
clusters:
  one: {on: server1, install: abi, masters: 3}
`;

/** Id, severity, line and column of what is told about the lab with one thing in it written otherwise. */
function told(from: string, to: string): string[] {
  assert.ok(LAB.includes(from), from);
  return planLab('lab.yml', LAB.replace(from, to), EMPTY_LOCK).diagnostics.map((one) => {
    assert.notEqual(one.hint, '');
    return `${one.severity} ${one.id} ${one.at?.line}:${one.at?.column}: ${one.message}`;
  });
}

test('a cluster that stands on one server by choice is not spoken of', () => {
  assert.deepEqual(told('one:', 'one:'), []);
  assert.deepEqual(told('on: server1', 'on: [server1, server2, server3]'), []);
});

test('a cluster on several servers is warned of the one without which it has no quorum', () => {
  const [two, ...others] = told('on: server1', 'on: [server1, server2]');
  assert.equal(two, 'warning masters-together 9:13: master-0, master-2 of one are on one disk of server1: without that server the others (1) have no quorum');
  assert.deepEqual(others, []);
  const all = told('on: server1', 'on: [server1, server2, server3], machines: {master-1: {on: server1}, master-2: {on: server1}}');
  assert.deepEqual(all, [
    'warning masters-together 9:13: master-0, master-1, master-2 of one are on one disk of server1: without that server the others (0) have no quorum',
  ]);
  assert.deepEqual(told('on: server1, install: abi', 'on: [server1, server2], install: none'), [], 'nothing is installed that could lose its quorum');
});

test('more etcd members than a disk carries are told once for the disk; those of another pool are on another', () => {
  const clusters = (count: number, more = '') =>
    Array.from({ length: count }, (_, index) => `  c${index}: {on: server1, install: abi, masters: 3${more}}\n`).join('');
  const add = (text: string) => told('  one:', `${text}  one:`).filter((one) => one.includes('etcd'));
  assert.deepEqual(add(clusters(2)), []);
  assert.deepEqual(add(clusters(3)), ['warning etcd-crowded 7:79: 12 masters write etcd to one disk of server1; a fast one carries about 9']);
  assert.deepEqual(add(clusters(3, ', active: false')), []);
});

test('an MTU below what IPv6 needs is an error, one that differs between hub and spoke a warning', () => {
  const [small] = told('bridge: br0', 'bridge: br0, cidr6: "fd00::/64", mtu: 1000').filter((one) => one.includes('mtu'));
  assert.equal(small, 'error mtu-too-small 5:67: flat has MTU 1000, and IPv6 needs 1280');
  const two = (mtu: number) =>
    told(
      LAB.slice(LAB.indexOf('networks:')),
      `networks:
  flat: {cidr: 10.0.0.0/23, bridge: br0, mtu: 9000}
  far: {cidr: 10.0.2.0/24, bridge: br1, mtu: ${mtu}}
servers:
  here: {address: 10.0.0.2, nic: eno2, cpus: 64, memory: 1TiB, disk: 4TiB}
  there: {address: 10.0.2.2, nic: eno2, cpus: 64, memory: 1TiB, disk: 4TiB}
clusters:
  hub: {on: here, role: hub, install: abi, masters: 3}
  spoke1: {on: there, role: spoke, hub: hub, install: clusterinstance, masters: 1}
  spoke2: {on: there, role: spoke, hub: hub, install: clusterinstance, masters: 1}
`,
    );
  const lines = (text: readonly string[]) => text.filter((one) => one.includes('mtu')).map((one) => one.slice(0, 48));
  assert.deepEqual(lines(two(9000)), []);
  assert.deepEqual(lines(two(1500)), ['warning mtu-differs 6:46: flat of hub hub has MT']);
});

test('names that two would answer to are errors: services of the jumphost, bridges and NICs, another cluster’s wildcard', () => {
  for (const name of ['bmc', 'ntp', 'registry'])
    assert.match(told('server[1-4]', name)[0]!, new RegExp(`^error duplicate-name 7:\\d+: server ${name} has the name of the `), name);
  assert.doesNotMatch(told('server[1-4]', 'http').join(), /duplicate-name/, 'no HTTP store is declared');
  assert.match(told('bridge: br0', 'bridge: eno2')[0]!, /^error bridge-is-nic 5:37: the bridge of flat is called eno2, as an interface of server\[1-4\] is/);
  assert.match(
    told('domain: small.lab', 'domain: ci.apps.ocp.small.lab')[0]!,
    /^error shadowed-domain 2:9: names of ci\.apps\.ocp\.small\.lab lie below apps\.ocp\.small\.lab/,
  );
  assert.deepEqual(told('domain: small.lab', 'domain: webapps.small.lab'), []);
});

test('control planes have 1, 3, 4 or 5 nodes, on machines of others too', () => {
  for (const masters of [2, 6, 7])
    assert.match(
      told('masters: 3', `masters: ${masters}`)[0]!,
      new RegExp(`^error bad-topology 9:\\d+: one has ${masters} masters, which no installer accepts`),
    );
  assert.deepEqual(told('masters: 3', 'masters: 5'), []);
  const small = LAB.replace('bridge: br0', 'bridge: br0, slot_size: 8').replace('masters: 3', 'masters: 4');
  assert.deepEqual(
    planLab('lab.yml', small, EMPTY_LOCK).diagnostics.map(({ id, at, hint }) => [id, at?.column, hint]),
    [['slot-too-small', 45, 'write slot_size: 16 in a network of its own, or masters: 3']],
  );
  const six = Array.from({ length: 6 }, (_, index) => `one/worker-${index}`).join(', ');
  const reuse = (list: string) =>
    told(
      'masters: 3}',
      `masters: 3, workers: 6}\n  again: {install: abi, nodes: [${list}], masters: ${list.split(',').length}, vips: {api: 10.0.1.200, ingress: 10.0.1.201}, active: false}`,
    );
  assert.match(reuse(six)[0]!, /^error bad-topology 10:10: again has 6 masters/);
  assert.deepEqual(reuse(six.split(', ').slice(0, 5).join(', ')), []);
});

test('a network that holds a cluster is larger than what any installer asks of a machine network', () => {
  // assisted-service: 16 addresses for several nodes, 2 for one, and four more than there are hosts.
  for (const slotSize of [8, 16, 32, 64]) {
    const planned = Array.from({ length: 13 }, (_, index) => 32 - index).filter((prefix) => {
      const text = LAB.replace('10.0.0.0/23, bridge: br0', `10.0.0.0/${prefix}, bridge: br0, slot_size: ${slotSize}`).replace('server[1-4]', 'server1');
      const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
      assert.ok(plan ?? diagnostics.every(({ severity, at, hint }) => severity === 'error' && at!.line > 1 && hint !== ''));
      return plan !== undefined;
    });
    const smallest = Math.max(...planned);
    assert.ok(2 ** (32 - smallest) >= Math.max(16, 3 * slotSize), `slots of ${slotSize}: /${smallest}`);
  }
});
