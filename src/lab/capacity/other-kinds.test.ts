// Bare metal and hosted control planes: kinds that take hosts, or addresses alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lock.ts';
import { planLab } from '../plan-lab.ts';
import { parseBlock } from '../ip.ts';
import { clusterKind, USUAL_KINDS } from './cluster-kind.ts';
import { explainCapacity } from './explain-capacity.ts';
import { labCapacity, roomOfEmptyLab, roomsOfLab } from './lab-capacity.ts';

const host = (index: number, cpus: number, memory: string) =>
  `  m${index}: {bmc: {address: redfish-virtualmedia://bmc${index}.example/redfish/v1/Systems/1}, nics: {eno1: {mac: "3c:ec:ef:00:00:${10 + index}"}}, cpus: ${cpus}, memory: ${memory}, disks: [{size: 480GiB, serial: S${index}}]}\n`;
/** Six hosts, one too small for a master, one for anything; two are taken. */
const LAB = `lab: mixed
domain: mixed.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks:
  flat: {cidr: 10.0.0.0/24, bridge: br0}
servers:
  server1: {address: 10.0.0.2, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
hosts:
${[1, 2, 3, 4, 5, 6].map((index) => host(index, 64, '256GiB')).join('')}${host(7, 64, '8GiB')}${host(8, 1, '256GiB')}
clusters:
  hub: {on: server1, role: hub, install: abi, masters: 3, workers: 2, hosted: [h1]}
  taken: {install: abi, nodes: [host/m1]}
`;

const plan = (text = LAB) => {
  const result = planLab('lab.yml', text, EMPTY_LOCK);
  assert.ok(result.plan, JSON.stringify(result.diagnostics));
  return result.plan;
};
const asIs = (kind: string, text = LAB) => labCapacity(roomsOfLab(plan(text), 'slots'), clusterKind(kind));
const why = (kind: string) => explainCapacity(roomsOfLab(plan(), 'slots')[0]!, clusterKind(kind));

test('a cluster of bare metal takes hosts that no cluster has and that are large enough, and nothing of servers', () => {
  assert.deepEqual(asIs('metal-sno'), { fits: 5, binds: 'hosts', limits: { addresses: 12, memory: 6, cpu: 6, disk: 7, hosts: 5 } });
  assert.deepEqual(asIs('metal-abi-3+0'), { fits: 1, binds: 'hosts', limits: { addresses: 12, memory: 2, cpu: 2, disk: 2, hosts: 1 } });
  // The host of 8 GiB is a worker, the one of a single CPU nothing.
  assert.deepEqual(asIs('metal-abi-3+3').limits, { addresses: 12, memory: 1, cpu: 1, disk: 1, hosts: 1 });
  assert.equal(asIs('metal-abi-3+4').fits, 0);
  assert.equal(
    why('metal-abi-3+0'),
    'hosts bind: each metal-abi-3+0 needs 3 bare-metal hosts, 5 that no cluster has are large enough; 2 others are too small for some of its nodes',
  );
});

test('what stands beside bare metal is a VM: the provisionhost of IPI binds when no server has room for it', () => {
  assert.deepEqual(asIs('metal-ipi-3+2').limits, { addresses: 12, memory: 1, cpu: 1, disk: 1, hosts: 1 });
  const full = asIs('metal-ipi-3+2', LAB.replace('memory: 512GiB, disk: 4TiB', 'memory: 128GiB, disk: 4TiB'));
  assert.deepEqual([full.fits, full.binds], [0, 'memory']);
});

test('the clusters that are said to fit can be planned', () => {
  const more = (count: number) =>
    planLab(
      'lab.yml',
      `${LAB}${Array.from({ length: count }, (_, index) => `  n${index}: {install: abi, nodes: [host/m${index + 2}]}\n`).join('')}`,
      EMPTY_LOCK,
    );
  assert.ok(more(asIs('metal-sno').fits).plan);
  assert.ok(more(asIs('metal-sno').fits + 1).diagnostics.some(({ id }) => id === 'below-minimum'));
});

test('a hosted control plane takes two addresses, in slots those that its hub still keeps', () => {
  // 16 addresses: 7 for others, 2 workers, the last one free: 3 pairs, one of which h1 has.
  assert.deepEqual(asIs('hcp'), { fits: 2, binds: 'addresses', limits: { addresses: 2, memory: Infinity, cpu: Infinity, disk: Infinity } });
  assert.equal(JSON.stringify(asIs('hcp').limits), '{"addresses":2,"memory":null,"cpu":null,"disk":null}');
  assert.equal(why('hcp'), "addresses bind: each hcp needs 2 addresses at the end of its hub's slot, hubs on 10.0.0.0/24 have none left after 2 of them");
  assert.ok(planLab('lab.yml', LAB.replace('[h1]', '[h1, h2, h3]'), EMPTY_LOCK).plan);
  assert.ok(planLab('lab.yml', LAB.replace('[h1]', '[h1, h2, h3, h4]'), EMPTY_LOCK).diagnostics.some(({ id }) => id === 'slot-too-small'));
  assert.equal(asIs('hcp', LAB.replace('role: hub, ', '').replace(', hosted: [h1]', '')).fits, 0, 'no hub, no hosted control plane');
});

test('in an empty network every kind has the addresses of its row: exact ones by number, in slots by what a slot holds', () => {
  const empty = (kind: string, packing: 'exact' | 'slots') =>
    labCapacity([roomOfEmptyLab(plan(), parseBlock('10.0.0.0/24')!, packing)], clusterKind(kind)).limits.addresses;
  // 254 without jumphost, server, 5 dynamic and 5 spare ones.
  for (const [kind, each] of [
    ['hcp', 2],
    ['hcp-0+2', 4],
    ['metal-sno', 1],
    ['metal-abi-3+2', 7],
    ['metal-ipi-3+2', 9],
    ['metal-upi-3+2', 6],
  ] as const)
    assert.equal(empty(kind, 'exact'), Math.floor(242 / each), kind);
  assert.deepEqual(
    ['hcp', 'hcp-0+2', 'metal-abi-3+2'].map((kind) => empty(kind, 'slots')),
    [4 * 14, 14, 14],
  );
});

test('a mix of kinds takes the sum of their addresses (reference/lab-and-libvirt.md §5.3)', () => {
  const nine = plan(
    `${LAB.slice(0, LAB.indexOf('servers:'))}servers:\n  server[1-9]: {address: 10.0.0.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}\nclusters: {}\n`,
  );
  const left = (cidr: string, ...kinds: readonly string[]) =>
    roomOfEmptyLab(nine, parseBlock(cidr)!, 'exact').addresses.free - 9 * kinds.reduce((total, kind) => total + clusterKind(kind).addresses, 0);
  const [ipi, seed] = ['ipi-3+3', 'hub+spoke-3+3'];
  assert.deepEqual(
    ['10.0.0.0/24', '10.0.0.0/23', '10.0.0.0/22'].map((cidr) => [
      left(cidr, ipi),
      left(cidr, ipi, seed),
      left(cidr, ipi, ipi, 'sno', 'sno', 'sno', 'sno'),
      left(cidr, ipi, ipi, ipi),
    ]),
    [
      [144, 63, 18, -36],
      [400, 319, 274, 220],
      [912, 831, 786, 732],
    ],
  );
  assert.ok(USUAL_KINDS.every(({ hosts }) => hosts.length === 0));
});
