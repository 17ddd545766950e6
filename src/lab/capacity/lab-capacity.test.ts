import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabwrightError } from '../../util/errors.ts';
import { clusterKind, USUAL_KINDS } from './cluster-kind.ts';
import { explainCapacity } from './explain-capacity.ts';
import { parseBlock } from '../ip.ts';
import { labCapacity, roomOfEmptyLab, roomsOfLab } from './lab-capacity.ts';
import { EMPTY_LOCK } from '../lock.ts';
import type { LabPlan } from '../plan.ts';
import { planLab } from '../plan-lab.ts';

const NINE = 'server[01-09]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}';

interface Lab {
  readonly networks?: readonly string[];
  readonly servers?: readonly string[];
  readonly clusters?: readonly string[];
}

function result({ networks = ['baremetal: {cidr: 192.168.21.0/24, bridge: br0}'], servers = [NINE], clusters = [] }: Lab) {
  const lines = (all: readonly string[]) => (all.length === 0 ? ' {}' : all.map((one) => `\n  ${one}`).join(''));
  return planLab(
    'lab.yml',
    `lab: pretty
domain: our.pretty.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks:${lines(networks)}
servers:${lines(servers)}
clusters:${lines(clusters)}
`,
    EMPTY_LOCK,
  );
}

function planned(lab: Lab): LabPlan {
  const { plan, diagnostics } = result(lab);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

/** reference/lab-and-libvirt.md §5.3: one jumphost, nine servers, 5 dynamic and 5 spare addresses. */
const TABLE: Readonly<Record<string, readonly [in24: number, in23: number, in22: number]>> = {
  sno: [234, 490, 1002],
  'abi-3+0': [46, 98, 200],
  'upi-3+2': [39, 81, 167],
  'abi-3+2': [33, 70, 143],
  'ipi-3+0': [33, 70, 143],
  'abi-3+3': [29, 61, 125],
  'abi-3+4': [26, 54, 111],
  'ipi-3+2': [26, 54, 111],
  'hub+spoke-3+3': [26, 54, 111],
  'ipi-3+3': [23, 49, 100],
  'ipi-3+4': [21, 44, 91],
};
const SLOTS_OF_16 = [14, 30, 62];
const CIDRS = ['192.168.20.0/24', '192.168.20.0/23', '192.168.20.0/22'];

test('the table asks about the kinds that a table without --kind shows', () => {
  assert.deepEqual(
    USUAL_KINDS.map(({ name }) => name),
    Object.keys(TABLE),
  );
});

for (const [column, cidr] of CIDRS.entries()) {
  test(`an empty lab of nine servers has addresses in ${cidr} for as many clusters as the worked example says`, () => {
    const lab = planned({});
    const addresses = (packing: 'exact' | 'slots', name: string) =>
      labCapacity([roomOfEmptyLab(lab, parseBlock(cidr)!, packing)], clusterKind(name)).limits.addresses;
    for (const [name, row] of Object.entries(TABLE)) {
      assert.equal(addresses('exact', name), row[column], name);
      assert.equal(addresses('slots', name), SLOTS_OF_16[column], `${name} in slots`);
    }
  });
}

const IPI = clusterKind('ipi-3+3');

test('of IPI 3+3 a server of 512 GiB holds three: addresses bind in a /24, memory in a /23', () => {
  const lab = planned({});
  const answer = (cidr: string) => {
    const room = roomOfEmptyLab(lab, parseBlock(cidr)!, 'exact');
    return [labCapacity([room], IPI), explainCapacity(room, IPI)];
  };
  // CPUs: 3 a thread for 56 vCPUs; disks: 7 of 120 GiB that fill to 35 % in 85 % of 4 TiB.
  const compute = { memory: 27, cpu: 45, disk: 99 };
  assert.deepEqual(answer('192.168.20.0/24'), [
    { fits: 23, binds: 'addresses', limits: { addresses: 23, ...compute } },
    'addresses bind: each ipi-3+3 needs 10 addresses, 192.168.20.0/24 has 4 left after 23 of them',
  ]);
  assert.deepEqual(answer('192.168.20.0/23'), [
    { fits: 27, binds: 'memory', limits: { addresses: 49, ...compute } },
    'memory binds: each ipi-3+3 needs 162.1GiB of memory on one server, of 9 servers server01 has the most, 7.4GiB of memory left after 3 of them',
  ]);
});

test('the addresses a network keeps are those its keys say', () => {
  const lab = planned({ networks: ['baremetal: {cidr: 192.168.21.0/24, bridge: br0, dynamic: 0, spare: 20}'] });
  assert.equal(labCapacity([roomOfEmptyLab(lab, parseBlock('192.168.20.0/24')!, 'exact')], clusterKind('sno')).limits.addresses, 224);
});

test('a network in which the servers themselves have no room is refused with one that has', () => {
  const lab = planned({});
  assert.throws(
    () => roomOfEmptyLab(lab, parseBlock('192.168.20.16/28')!, 'exact'),
    (error) =>
      error instanceof LabwrightError &&
      error.code === 'bad_input' &&
      error.message.endsWith('take 22, it has 16') &&
      error.hint === 'write 192.168.20.0/27 or wider',
  );
  assert.equal(labCapacity([roomOfEmptyLab(lab, parseBlock('192.168.20.0/27')!, 'exact')], clusterKind('sno')).fits, 10);
});

test('as many clusters as are said to fit can be planned in slots, and not one more', () => {
  const clusters = ['old1: {on: server01, install: abi, masters: 3, workers: 2}', 'old2: {on: server02, install: abi, masters: 3}'];
  const [room] = roomsOfLab(planned({ clusters }), 'slots');
  const { fits, binds } = labCapacity([room!], clusterKind('abi-3+0'));
  assert.deepEqual([fits, binds], [12, 'addresses']);
  const more = (count: number) =>
    result({
      clusters: [...clusters, ...Array.from({ length: count }, (_, index) => `new${index}: {on: server0${(index % 6) + 3}, install: abi, masters: 3}`)],
    });
  assert.ok(more(fits).plan);
  assert.ok(more(fits + 1).diagnostics.some(({ id }) => id === 'network-full'));
});

test('clusters that stand keep their slots whole, and what they take of their servers', () => {
  const clusters = [
    'old: {on: server01, install: abi, masters: 3, workers: 4}',
    'hub: {role: hub, install: abi, nodes: [old/worker-3], host_network: true, active: false}',
  ];
  const { limits } = labCapacity(roomsOfLab(planned({ clusters }), 'exact'), IPI);
  // 254 addresses without 10 hosts, 10 kept ones and one slot of 16; server01 has room for one instead of three.
  assert.deepEqual(limits, { addresses: 21, memory: 25, cpu: 44, disk: 98 });
});

test('full servers that lack different things: what most of them lack binds, and the sentence counts the others', () => {
  const lab = planned({
    servers: [
      'big: {address: 192.168.21.2, nic: eno2, cpus: 96, memory: 200GiB, disk: 4TiB}',
      'small: {address: 192.168.21.3, nic: eno2, cpus: 96, memory: 64GiB, disk: 4TiB}',
      'slow: {address: 192.168.21.4, nic: eno2, cpus: 19, memory: 512GiB, disk: 4TiB}',
    ],
  });
  const [room] = roomsOfLab(lab, 'slots');
  assert.deepEqual(labCapacity([room!], IPI), { fits: 2, binds: 'memory', limits: { addresses: 14, memory: 4, cpu: 11, disk: 33 } });
  assert.equal(
    explainCapacity(room!, IPI),
    'memory binds: each ipi-3+3 needs 162.1GiB of memory on one server, of 2 servers small has the most, 54.7GiB of memory left; 1 other server lacks something else',
  );
});

test('addresses of one network do not help servers in another', () => {
  const lab = planned({
    networks: ['small: {cidr: 192.168.21.0/26, bridge: br0}', 'large: {cidr: 192.168.22.0/23, bridge: br1}', 'unused: {cidr: 192.168.30.0/24, bridge: br2}'],
    servers: [
      'server[1-2]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 2TiB, disk: 4TiB}',
      'other: {address: 192.168.22.2, nic: eno2, cpus: 96, memory: 200GiB, disk: 4TiB}',
    ],
  });
  assert.deepEqual(labCapacity(roomsOfLab(lab, 'slots'), IPI), {
    fits: 3,
    binds: 'addresses',
    limits: { addresses: 32, memory: 25, cpu: 15, disk: 33 },
  });
});

test('a cluster with more workers than a slot holds fits nowhere, and one whose last worker would be at .255 not there', () => {
  const room = roomOfEmptyLab(planned({}), parseBlock('192.168.20.0/23')!, 'slots');
  assert.equal(labCapacity([room], clusterKind('abi-3+9')).limits.addresses, 29);
  assert.equal(explainCapacity(room, clusterKind('abi-3+10')), 'addresses bind: a slot of 16 addresses holds 9 workers, abi-3+10 needs room for 10');
});

test('of a control plane of five masters the last two take places of workers', () => {
  const [room, exact] = (['slots', 'exact'] as const).map((packing) => roomOfEmptyLab(planned({}), parseBlock('192.168.20.0/23')!, packing));
  const addresses = (kind: string) => labCapacity([room!], clusterKind(kind)).limits.addresses;
  assert.deepEqual([addresses('abi-5+6'), addresses('abi-5+7')], [30, 0]);
  assert.equal(explainCapacity(room!, clusterKind('abi-5+7')), 'addresses bind: a slot of 16 addresses holds 6 workers, abi-5+7 needs room for 7');
  assert.equal(labCapacity([exact!], clusterKind('abi-5+2')).limits.addresses, Math.floor(490 / 9));
});

test('a kind that is none is refused with the one that was meant', () => {
  const told = (text: string): string => {
    try {
      return clusterKind(text).name;
    } catch (error) {
      return error instanceof LabwrightError ? `${error.code}: ${error.message} | ${error.hint}` : String(error);
    }
  };
  assert.match(told('ipi3+3'), /^bad_input: unknown kind ipi3\+3 \| did you mean ipi-3\+3\? write one of: sno, abi-3\+0, /);
  assert.match(told('microshift'), /^bad_input: unknown kind microshift \| write one of: /);
  assert.equal(told('abi-6+0'), 'bad_input: abi-6+0 has 6 masters; a control plane has 3 to 5 | write abi-3+0, or sno for a single node');
  assert.match(told('abi-3+02'), /^bad_input: unknown kind/);
});
