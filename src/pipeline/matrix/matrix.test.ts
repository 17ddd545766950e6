import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../../lab/lock.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { planLab } from '../../lab/plan-lab.ts';
import { parseSource, type SourceFile } from '../../util/source-file.ts';
import { toRunJobs } from '../to-run-jobs.ts';
import { cellName } from './axes.ts';
import { checkMatrixClusters } from './check-matrix-clusters.ts';
import { exclusionText, type Reach } from './exclusions.ts';
import { matrixJobs } from './matrix-jobs.ts';
import { matrixToJobdefs } from './matrix-to-jobdefs.ts';
import { parseOnly } from './parse-only.ts';
import { placeCells, type PlacedCell } from './place-cells.ts';
import { readMatrix, type Matrix } from './read-matrix.ts';

const LAB = `lab: small
domain: our.small.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks:
  baremetal: {cidr: 192.168.21.0/24, bridge: br0, slot_size: 16}
servers:
  server[01-04]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  cluster1:     {on: server01, install: abi, masters: 3, workers: 4}
  hub1:         {on: server02, role: hub, install: abi, masters: 3}
  sno1:         {on: server03, role: spoke, hub: hub1, install: clusterinstance, masters: 1}
  sno2:         {on: server03, role: spoke, hub: hub1, install: clusterinstance, masters: 1}
  mno1:         {on: server04, role: spoke, hub: hub1, install: clusterinstance, masters: 3, workers: 2}
  sno-cluster1: {role: hub, install: abi, nodes: [cluster1/worker-3], host_network: true, active: false}
  spoke1:       {role: spoke, hub: sno-cluster1, install: clusterinstance, from: cluster1, masters: 3, workers: 3, active: false}
`;
const ALL: Reach = { git: { connected: true, disconnected: true }, mirror: true };
const plan = planOf(LAB);

test('a matrix is every combination of its axes, each on a spoke of the lab that fits', () => {
  const cells = place('hub: [sno, mno], spoke: [sno, mno]', 'release: [cluster1]');
  assert.deepEqual(cells.map(told), [
    ['sno-sno', 'too-few-machines'],
    ['sno-mno', 'spoke1'],
    ['mno-sno', 'sno1'],
    ['mno-mno', 'mno1'],
  ]);
});

test('cells that want the same kind of spoke share out those there are', () => {
  const cells = place('spoke: [sno], implementation: [gitops, clusterinstance], network: [connected, disconnected]');
  assert.deepEqual(
    cells.map((cell) => told(cell)[1]),
    ['sno1', 'sno2', 'sno1', 'sno2'],
  );
});

test('a spoke on machines of a cluster that keeps them excludes its cell, and says who holds them', () => {
  const [cell] = place('hub: [sno], spoke: [mno]');
  assert.deepEqual(reasons(cell!), [
    'too-few-machines: it needs a spoke of size mno under a hub of size sno; cluster1 holds machines of sno-cluster1, and release: does not name it',
  ]);
});

test('without a kind of spoke a cell says what the lab has instead', () => {
  const [cell] = place('spoke: [three-node], infrastructure: [metal]', 'clusters: [sno1, sno2]');
  assert.deepEqual(reasons(cell!), [
    'too-few-machines: it needs a spoke of size three-node on metal; lab small has sno on vm under hub1 (three-node): sno1, sno2',
  ]);
});

test('disconnected cells need a mirror inside, those by GitOps a Git server there too', () => {
  const cells = place('network: [connected, disconnected], implementation: [gitops, clusterinstance]', '', {
    git: { connected: true, disconnected: false },
    mirror: false,
  });
  assert.deepEqual(
    cells.map((cell) => (cell.status === 'excluded' ? cell.exclusions.map(({ rule }) => rule) : [])),
    [[], [], ['no-mirror-inside', 'no-git-inside'], ['no-mirror-inside']],
  );
});

test('a hub offers no later release than its own, and disconnected only that', () => {
  const cells = place('network: [connected, disconnected], release: [OCP-4.17, OCP-4.18, OCP-4.20]');
  assert.deepEqual(
    cells.map((cell) => cell.status),
    ['planned', 'planned', 'excluded', 'excluded', 'planned', 'excluded'],
  );
  assert.deepEqual(reasons(cells[2]!), ['release-not-offered: it needs OCP-4.20; the hub runs OCP-4.18 and offers none that is later']);
});

test('a cell can be given a cluster of its own', () => {
  const [first, second] = place('spoke: [sno], implementation: [gitops, clusterinstance]', 'cells: [{implementation: gitops, cluster: sno2}]');
  assert.deepEqual([told(first!)[1], told(second!)[1]], ['sno2', 'sno1']);
});

test('each hub is installed once, each cell is a chain behind it, and cells on one spoke follow one another', () => {
  const { entries, jobsOf } = jobsFor('spoke: [sno], release: [OCP-4.17, OCP-4.18]', 'clusters: [sno1]\nchain: [install, detach, attach]');
  assert.deepEqual(
    entries.map(({ name, needs, after }) => [name, needs ?? [], after ?? []]),
    [
      ['hub1-install', [], []],
      ['sno-OCP-4.17-install', ['hub1-install'], []],
      ['sno-OCP-4.17-detach', ['sno-OCP-4.17-install'], []],
      ['sno-OCP-4.17-attach', ['sno-OCP-4.17-detach'], []],
      ['sno-OCP-4.17-destroy', ['hub1-install'], ['sno-OCP-4.17-attach']],
      ['sno-OCP-4.18-install', ['hub1-install'], ['sno-OCP-4.17-destroy']],
      ['sno-OCP-4.18-detach', ['sno-OCP-4.18-install'], []],
      ['sno-OCP-4.18-attach', ['sno-OCP-4.18-detach'], []],
    ],
  );
  assert.deepEqual([...jobsOf.values()][1], ['hub1-install', 'sno-OCP-4.18-install', 'sno-OCP-4.18-detach', 'sno-OCP-4.18-attach']);
});

test('the jobs of a matrix pass every check of a pipeline', () => {
  const { entries, file } = jobsFor('hub: [sno, mno], spoke: [sno, mno]', 'release: [cluster1]');
  const read = matrixToJobdefs(entries, file);
  assert.deepEqual(read.diagnostics, []);
  const component = {
    id: 'one',
    topic: 'OCP-4.18',
    type: 'ocp',
    name: 'ocp',
    version: '4.18.1',
    state: 'active' as const,
    tags: [],
    releasedAt: '',
    createdAt: '',
  };
  const runnable = toRunJobs(read.value!, { plan, components: [component], nowMs: 0 });
  assert.deepEqual(runnable.diagnostics, []);
  const attach = runnable.value!.find(({ name }) => name === 'mno-sno-attach')!;
  assert.deepEqual(attach.inputs, {
    hub_kubeconfig: { job: 'hub1-install', output: 'hub1_kubeconfig' },
    spoke_kubeconfig: { job: 'mno-sno-install', output: 'mno-sno_kubeconfig' },
  });
});

test('what a matrix says wrongly is told with its place', () => {
  assert.deepEqual(mistakes('axes: {hub: [sno, big], size: [sno]}'), ['3:19: axes.hub.1 cannot be "big"', '3:25: unknown key "size" in axes']);
  assert.deepEqual(mistakes('axes: {spoke: [sno, sno]}'), ['3:21: axis spoke has sno twice']);
  assert.deepEqual(mistakes('axes: {spoke: [sno]}\nchain: [install, attach]'), ['4:18: the chain cannot attach a spoke that is attached']);
  assert.deepEqual(mistakes('axes: {spoke: [sno]}\nclusters: [sno9]'), ['4:12: lab small has no cluster sno9']);
  assert.deepEqual(mistakes('axes: {spoke: [sno]}\ncells: [{spoke: sno, cluster: mno1}]'), ['4:31: the cell asks for a spoke of size sno, and mno1 is none']);
  assert.deepEqual(mistakes('axes: {spoke: [sno]}\ncells: [{spoke: sno, cluster: hub1}]'), ['4:31: hub1 is no spoke that a hub installs']);
});

test('cells are chosen by the values of axes that the matrix has', () => {
  const { matrix } = matrixOf('spoke: [sno, mno], network: [connected]');
  assert.deepEqual(parseOnly(['spoke=sno,mno', 'network=connected'], matrix.axes), { spoke: ['sno', 'mno'], network: ['connected'] });
  assert.throws(() => parseOnly(['spok=sno'], matrix.axes), { message: '--only spok=sno: the matrix has no axis "spok"' });
  assert.throws(() => parseOnly(['spoke=snoo'], matrix.axes), { message: '--only spoke=snoo: axis spoke has no value "snoo"' });
  assert.deepEqual(
    placeCells(matrix, { plan, reach: ALL, only: { spoke: ['mno'] } }).map(({ cell }) => cell.spoke),
    ['mno'],
  );
});

function planOf(text: string): LabPlan {
  const { plan: made, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.deepEqual(diagnostics, []);
  return made!;
}

function matrixOf(axes: string, more = ''): { readonly matrix: Matrix; readonly file: SourceFile } {
  const file = parseSource('matrix.yml', `matrix: test\ntopic: OCP-4.18\naxes: {${axes}}\n${more}\n`).value!;
  const { value, diagnostics } = readMatrix(file);
  assert.deepEqual(diagnostics, []);
  return { matrix: value!, file };
}

function place(axes: string, more = '', reach = ALL): PlacedCell[] {
  return placeCells(matrixOf(axes, more).matrix, { plan, reach, only: {} });
}

function jobsFor(axes: string, more: string): ReturnType<typeof matrixJobs> & { readonly file: SourceFile } {
  const { matrix, file } = matrixOf(axes, more);
  return { ...matrixJobs(matrix, placeCells(matrix, { plan, reach: ALL, only: {} }), plan), file };
}

function told(placed: PlacedCell): [string, string] {
  return [cellName(placed.cell), placed.status === 'planned' ? placed.spoke.name : placed.exclusions.map(({ rule }) => rule).join()];
}

function reasons(placed: PlacedCell): string[] {
  return placed.status === 'excluded' ? placed.exclusions.map(exclusionText) : [];
}

function mistakes(text: string): string[] {
  const file = parseSource('matrix.yml', `matrix: test\ntopic: OCP-4.18\n${text}\n`).value!;
  const { value, diagnostics } = readMatrix(file);
  return [...diagnostics, ...(value ? checkMatrixClusters(value, plan, file) : [])].map(({ at, message }) => `${at?.line}:${at?.column}: ${message}`);
}
