import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import { labPaths } from '../lab-paths.ts';
import { domainXml } from './machine-changes.ts';
import { leftovers, serverRemovals } from './removals.ts';
import { serverChanges, serverStarts } from './server-changes.ts';
import type { FoundDomain, ServerState } from './server-state.ts';
import { targetFilter } from '../targets.ts';

const GIB = 1024 ** 3;
const bridge = { nicExists: true, exists: true, up: true, ours: true, holdsNic: true, mtu: 1500, addresses: ['192.168.21.3/24'], unfinished: [] };
const bare: ServerState = {
  bridge: { ...bridge, exists: false, up: false, ours: false, holdsNic: false, addresses: [] },
  networks: [],
  domains: [],
  volumes: undefined,
};
const machine = examplePlan.machines[2]!;

function found(change: Partial<FoundDomain> = {}): FoundDomain {
  const xml = domainXml(examplePlan, machine, 4);
  const spec = / spec="([^"]+)"/.exec(xml)![1];
  return { uuid: machine.uuid, name: machine.name, lab: 'example', generation: 4, spec, state: 'running', xml, ...change };
}

function volumes(sizeGiB: number): ReadonlyMap<string, number> {
  const paths = examplePlan.machines.map(({ name }) => `${labPaths(examplePlan).imagesDir}/${name}.qcow2`);
  return new Map(paths.map((path) => [path, sizeGiB * GIB]));
}

test('a bare server gets its bridge, network and folders before any disk, and disks before domains', () => {
  const kinds = serverChanges(examplePlan, 's1', bare).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['bridge', 'network', 'folder', 'volume', 'machine', 'volume', 'machine', 'volume', 'machine']);
  assert.deepEqual(
    serverStarts(examplePlan, 's1', bare).map(({ name }) => name),
    ['c1-master-2'],
  );
});

test('a domain as defined is no change; a smaller plan for a running one waits for its next boot', () => {
  const state = { ...bare, bridge, domains: [found()], volumes: volumes(120) };
  const of = (plan: typeof examplePlan): string[] =>
    serverChanges(plan, 's1', state).flatMap((change) => (change.name === machine.name ? [`${change.action} ${change.consequence}`] : []));
  assert.deepEqual(of(examplePlan), []);
  const machines = examplePlan.machines.map((one) => ({ ...one, memoryMiB: 8192 }));
  assert.deepEqual(of({ ...examplePlan, machines }), ['update next-boot']);
});

test('a disk grows under its machine, and is never shrunk', async () => {
  const state = { ...bare, bridge, domains: [found()], volumes: volumes(100) };
  const [grow] = serverChanges(examplePlan, 's1', state).filter(({ kind }) => kind === 'volume');
  assert.deepEqual([grow?.action, grow?.consequence], ['update', 'live']);
  const [shrink] = serverChanges(examplePlan, 's1', { ...state, volumes: volumes(200) }).filter(({ kind }) => kind === 'volume');
  assert.equal(shrink?.consequence, 'refused');
  const released = { ...examplePlan, clusters: examplePlan.clusters.map((one) => ({ ...one, active: false })) };
  const [lost] = serverChanges(released, 's1', { ...state, volumes: volumes(200) }).filter(({ kind }) => kind === 'volume');
  assert.equal(lost?.consequence, 'data-loss');
  await assert.rejects(async () => shrink?.act({} as never, new AbortController().signal), { code: 'refused' });
});

test('another firmware is a rebuild, and refused while a cluster holds the machine', async () => {
  const state = { ...bare, bridge, domains: [found()], volumes: volumes(120) };
  const machines = examplePlan.machines.map((one) => ({ ...one, firmware: 'efi' as const }));
  const of = (plan: typeof examplePlan) => serverChanges(plan, 's1', state).find(({ name }) => name === machine.name);
  const held = of({ ...examplePlan, machines });
  assert.deepEqual([held?.consequence, held?.detail], ['refused', 'firmware is bios, planned efi']);
  await assert.rejects(async () => held?.act({} as never, new AbortController().signal), { code: 'refused', hint: /lab reset c1-master-2/ });
  const clusters = examplePlan.clusters.map((one) => ({ ...one, active: false }));
  assert.equal(of({ ...examplePlan, machines, clusters })?.consequence, 'rebuild');
});

test('only what carries the mark of this lab is ever removed', () => {
  const foreign = found({ uuid: 'other', name: 'other', lab: undefined });
  const neighbour = found({ uuid: 'next', name: 'next', lab: 'example2' });
  const old = found({ uuid: 'old', name: 'c0-master-0' });
  const state = { ...bare, bridge: { ...bridge, ours: false }, domains: [foreign, neighbour, old, found()], volumes: new Map<string, number>() };
  assert.deepEqual(
    leftovers(examplePlan, 's1', state).map(({ name }) => name),
    ['c0-master-0'],
  );
  assert.deepEqual(
    serverRemovals(examplePlan, 's1', state).map(({ kind, name }) => `${kind} ${name}`),
    ['machine c0-master-0', 'machine c1-master-2', `folder ${labPaths(examplePlan).imagesDir}`],
  );
});

test('a target brings what it stands on and nothing beside it, and an unknown one is refused', () => {
  const { change } = targetFilter(examplePlan, ['c1-master-1']);
  const chosen = serverChanges(examplePlan, 's1', bare).filter(change);
  assert.deepEqual(
    chosen.map(({ kind }) => kind),
    ['bridge', 'network', 'folder', 'volume', 'machine'],
  );
  assert.equal(chosen.at(-1)?.name, 'c1-master-1');
  assert.throws(() => targetFilter(examplePlan, ['c9']), { code: 'bad_input' });
});
