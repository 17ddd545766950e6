import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, formatIp, parseBlock, parseIp } from './ip.ts';
import { EMPTY_LOCK, type LockFile } from './lock.ts';
import { planLab, type PlanResult } from './plan-lab.ts';
import type { LabPlan, PlannedCluster } from './plan.ts';
import { pick, randomLab, type RandomLab, randomOf, reordered, shuffled } from './random-lab.test-data.ts';

const SEEDS = Array.from({ length: 150 }, (_, index) => index + 1);

function plan(lab: RandomLab, lock: LockFile = EMPTY_LOCK): PlanResult & { readonly plan: LabPlan; readonly lock: LockFile } {
  const result = planLab('lab.yml', JSON.stringify(lab), lock);
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
  assert.ok(result.plan && result.lock, JSON.stringify(errors));
  return { ...result, plan: result.plan, lock: result.lock };
}

/** Addresses that a cluster keeps beside its VIPs: of nodes, in all their networks, of the bootstrap, and of hosted control planes. */
function addressesOf({ nodes, bootstrap, hosted }: PlannedCluster): string[] {
  return [
    ...nodes.flatMap(({ addresses, interfaces = [] }) => [...addresses, ...interfaces.flatMap((one) => one.addresses)]),
    ...(bootstrap?.addresses ?? []),
    ...hosted.flatMap(({ vips, vips6 }) => [vips, ...(vips6 ? [vips6] : [])].flatMap(({ api, ingress }) => [api, ingress])),
  ];
}

/** By name, because the order of the file is free. */
function byName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function everySeed(title: string, check: (lab: RandomLab, random: () => number) => void): void {
  test(title, () => {
    for (const seed of SEEDS) {
      const random = randomOf(seed);
      try {
        check(randomLab(random), random);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });
}

everySeed('no two machines, servers or VIPs of a lab have one identity', (lab) => {
  const { plan: made } = plan(lab);
  const unique = (what: string, all: readonly string[]) => assert.equal(new Set(all).size, all.length, what);
  const own = made.clusters.filter(({ slot }) => slot !== null);
  const vips = own.flatMap(({ topology, vips, vips6 }) =>
    topology === 'sno' ? [] : [vips, ...(vips6 ? [vips6] : [])].flatMap(({ api, ingress }) => [api, ingress]),
  );
  const hosts = [made.jumphost, ...made.servers].flatMap(({ address, address6 }) => [address, ...(address6 === undefined ? [] : [address6])]);
  unique(
    'address',
    [...vips, ...hosts, ...own.flatMap(addressesOf)].map((one) => formatIp(parseIp(one)!)),
  );
  unique(
    'name',
    made.machines.map(({ name }) => name),
  );
  unique('mac', [...made.machines.flatMap(({ nics }) => nics.map(({ mac }) => mac)), ...own.flatMap(({ bootstrap }) => bootstrap?.mac ?? [])]);
  unique(
    'uuid',
    made.machines.map(({ uuid }) => uuid),
  );
  unique(
    'bmc',
    made.machines.map(({ bmc }) => bmc.url),
  );
  unique(
    'serial',
    made.machines.flatMap(({ disks }) => disks.flatMap(({ serial }) => serial ?? [])),
  );
  assert.ok(made.machines.every(({ disks }) => disks.every(({ serial }) => serial!.length <= 20)));
});

everySeed('every address is inside its network and its slot, and none ends in .0 or .255', (lab) => {
  const { plan: made } = plan(lab);
  for (const { network, slot, nodes, vips, vips6, name } of made.clusters) {
    const { cidr, cidr6, slotSize } = made.networks.find((one) => one.name === network)!;
    const blocks = [cidr, ...(cidr6 === undefined ? [] : [cidr6])].map((one) => parseBlock(one)!);
    const families = [
      [vips.api, vips.ingress, ...nodes.map(({ addresses }) => addresses[0]!)],
      [...(vips6 ? [vips6.api, vips6.ingress] : []), ...nodes.flatMap(({ addresses }) => addresses.slice(1))],
    ];
    assert.equal(blocks.length, families[1]!.length > 0 ? 2 : 1);
    for (const [family, block] of blocks.entries()) {
      for (const address of families[family]!) {
        const ip = parseIp(address)!;
        assert.ok(contains(block, ip), `${name}: ${address}`);
        if (slot !== null) assert.equal(Number((ip.value - block.first) / BigInt(slotSize)), slot);
        assert.doesNotMatch(address, /\.(0|255)$/);
      }
    }
  }
});

everySeed('the same lab again changes nothing', (lab) => {
  const first = plan(lab);
  const again = plan(lab, first.lock);
  assert.deepEqual(again.changes, []);
  assert.deepEqual(again.lock, first.lock);
  assert.deepEqual(again.plan, first.plan);
});

everySeed('the order of networks, servers and clusters in the file moves nothing that is locked', (lab, random) => {
  const first = plan(lab);
  const mixed = plan(reordered(random, lab), first.lock);
  assert.deepEqual(mixed.changes, []);
  assert.deepEqual(mixed.lock, first.lock);
  assert.deepEqual(byName(mixed.plan.clusters), byName(first.plan.clusters));
  assert.deepEqual(byName(mixed.plan.machines), byName(first.plan.machines));
});

everySeed('an added cluster moves no other', (lab) => {
  const first = plan(lab);
  const more = plan({ ...lab, clusters: { added: { on: 'server0', install: 'abi', masters: 3 }, ...lab.clusters } }, first.lock);
  assert.deepEqual(
    more.plan.clusters.filter(({ name }) => name !== 'added'),
    first.plan.clusters,
  );
  assert.deepEqual(
    more.changes.map(({ action, kind, name }) => [action, kind, name]),
    [['create', 'cluster', 'added']],
  );
});

everySeed('a removed cluster frees exactly its slot, and the next one may have it', (lab, random) => {
  const first = plan(lab);
  const used = new Set(
    Object.entries(lab.clusters).flatMap(([name, entry]) =>
      'from' in entry || 'nodes' in entry ? [name.replace(/-(hub|spoke)$/, '')] : 'hub' in entry ? ['hub0'] : [],
    ),
  );
  const free = first.plan.clusters.filter(({ name, slot }) => slot !== null && !used.has(name));
  if (free.length === 0) return;
  const gone = pick(random, free);
  const { [gone.name]: entry, ...clusters } = lab.clusters;
  const less = plan({ ...lab, clusters }, first.lock);
  assert.deepEqual(
    less.plan.clusters,
    first.plan.clusters.filter(({ name }) => name !== gone.name),
  );
  const { [gone.name]: _slot, ...slots } = first.lock.slots;
  assert.deepEqual(less.lock.slots, slots);
  const next = plan({ ...lab, clusters: { ...clusters, next: { ...entry } } }, less.lock);
  assert.ok(next.lock.slots['next']!.slot <= gone.slot!);
});

everySeed('an identity that several machines have is told once, with all that have it', (lab, random) => {
  const vms = plan(lab).plan.machines.filter(({ kind, name }) => kind === 'vm' && !name.endsWith('-provisionhost'));
  const owners = shuffled(random, vms).slice(0, 2 + Math.floor(random() * 4));
  if (owners.length < 2) return;
  const clusters: Record<string, object> = { ...lab.clusters };
  const shared = { mac: '52:54:ff:00:00:01', uuid: '8c6c3a52-0f4b-4d0e-9a5d-0b1c2d3e4f50' };
  for (const { name, home } of owners) {
    const entry = clusters[home!] as { readonly machines?: object };
    clusters[home!] = { ...entry, machines: { ...entry.machines, [name.slice(home!.length + 1)]: shared } };
  }
  const { diagnostics } = planLab('lab.yml', JSON.stringify({ ...lab, clusters }), EMPTY_LOCK);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors.map(({ id }) => id).toSorted(), ['duplicate-mac', 'duplicate-uuid']);
  for (const { message } of errors)
    assert.deepEqual(
      message
        .replace(/^.* belongs to /, '')
        .split(', ')
        .toSorted(),
      owners.map(({ name }) => name).toSorted(),
    );
});

everySeed('an address that jumphost, servers and machines have is told once, with all that have it', (lab, random) => {
  const made = plan(lab).plan;
  const home = pick(
    random,
    made.clusters.filter(({ slot, name }) => slot !== null && !name.startsWith('metal')),
  );
  const { address, name } = pick(
    random,
    made.servers.filter((one) => contains(parseBlock(made.networks.find((network) => network.name === home.network)!.cidr)!, parseIp(one.address)!)),
  );
  const nodes = shuffled(
    random,
    home.nodes.filter((node) => !node.name.startsWith('provision')),
  ).slice(0, 3);
  const entry = { ...lab.clusters[home.name], machines: Object.fromEntries(nodes.map((node) => [node.name, { address }])) };
  const { diagnostics } = planLab('lab.yml', JSON.stringify({ ...lab, clusters: { ...lab.clusters, [home.name]: entry } }), EMPTY_LOCK);
  const told = diagnostics.filter(({ id }) => id === 'duplicate-address');
  assert.deepEqual(
    told.map(({ message }) =>
      message
        .replace(/^.* belongs to /, '')
        .split(', ')
        .toSorted(),
    ),
    [[name, ...nodes.map(({ machine }) => machine)].toSorted()],
  );
});

everySeed('an added server, network or host moves no cluster and no machine', (lab) => {
  const first = plan(lab);
  const more = plan(
    {
      ...lab,
      networks: { early: { cidr: '10.99.0.0/22', bridge: 'br99', slot_size: 16, vlan: 99 }, ...lab.networks },
      servers: { early: { address: '10.99.0.2', nic: 'eno2', cpus: 8, memory: '64GiB', disk: '1TiB' }, ...lab.servers },
      hosts: {
        spare: {
          bmc: { address: 'redfish-virtualmedia://bmc-early.example/redfish/v1/Systems/1' },
          nics: { eno1: { mac: '3c:ec:ef:ff:00:01' } },
          cpus: 64,
          memory: '256GiB',
          disks: [{ size: '480GiB' }],
        },
        ...lab.hosts,
      },
    },
    first.lock,
  );
  assert.deepEqual(more.plan.clusters, first.plan.clusters);
  assert.deepEqual(
    more.plan.machines.filter(({ name }) => name !== 'spare'),
    first.plan.machines,
  );
});

everySeed('a machine is made once, as large as the largest of all roles that are declared for it', (lab) => {
  const { machines, clusters } = plan(lab).plan;
  const GIB = 1024;
  const least = {
    master: [8, 16, 120, 0],
    worker: [8, 32, 120, 0],
    hub: [16, 64, 200, 200],
    provisionhost: [8, 16, 120, 0],
    bootstrap: [8, 16, 120, 0],
  } as const;
  for (const machine of machines.filter(({ kind }) => kind === 'vm')) {
    const roles = clusters.flatMap(({ role, topology, nodes }) =>
      nodes.flatMap((node) => (node.machine !== machine.name ? [] : [topology === 'sno' && role === 'hub' ? 'hub' : (node.role as keyof typeof least)])),
    );
    assert.ok(roles.length > 0);
    const most = [0, 1, 2, 3].map((index) => Math.max(...roles.map((role) => least[role][index]!)));
    assert.deepEqual([machine.vcpus, machine.memoryMiB / GIB, machine.disks[0]!.sizeGiB, machine.disks[1]?.sizeGiB ?? 0], most, machine.name);
    assert.equal(machine.disks.length, roles.includes('hub') ? 2 : 1);
  }
});
