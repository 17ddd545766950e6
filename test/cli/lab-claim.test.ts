import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { labFolder, labwright } from './labwright.ts';

interface Answer {
  readonly claimed: boolean;
  readonly changed: boolean;
  readonly fence: number;
  readonly machines: readonly string[];
}

function lab(t: TestContext) {
  const text = readFileSync(join(packageRoot(), 'examples/pretty-lab/lab.yml'), 'utf8');
  return labFolder(t, { 'lab.yml': text });
}

test('a claim is refused while another cluster holds the machine, which is named with what to do', (t) => {
  const { path, files } = lab(t);
  const { status, stderr } = labwright('lab', 'claim', 'sno-cluster1', '--offline', '--lab', path);
  assert.equal(status, 1);
  assert.match(stderr, /sno-cluster1 cannot have its machines: cluster1-worker-3 is held by cluster1 \(active: in the lab file\)/);
  assert.match(stderr, /hint: .*labwright lab release cluster1/);
  assert.ok(!files().includes('lab.claims.json'));
});

test('after a release the claim is granted with a higher number, and lab plan follows', (t) => {
  const { path } = lab(t);
  const released = answer('release', 'cluster1', path);
  const claimed = answer('claim', 'sno-cluster1', path);
  assert.deepEqual([released.claimed, released.changed, claimed.claimed, claimed.changed], [false, true, true, true]);
  assert.deepEqual(claimed.machines, ['cluster1-worker-3']);
  assert.ok(claimed.fence > released.fence);
  const { stdout } = labwright('lab', 'plan', path, '--json');
  const active = (JSON.parse(stdout) as { clusters: { name: string; active: boolean }[] }).clusters.flatMap((one) => (one.active ? [one.name] : []));
  assert.deepEqual(active.toSorted(), ['hub1', 'mno1', 'sno-cluster1', 'sno1']);
});

test('a claim that meets several holders names all of them', (t) => {
  const { path } = lab(t);
  for (const [kind, cluster] of [
    ['release', 'cluster1'],
    ['claim', 'sno-cluster1'],
    ['claim', 'spoke1'],
  ] as const)
    answer(kind, cluster, path);
  const { status, stderr } = labwright('lab', 'claim', 'cluster1', '--offline', '--lab', path);
  assert.equal(status, 1);
  assert.match(stderr, /cluster1-worker-3 is held by sno-cluster1 \(since .*\); cluster1-master-0, .* are held by spoke1 \(since /);
  assert.match(stderr, /lab release sno-cluster1 --lab PATH && labwright lab release spoke1 --lab PATH/);
});

test('a release of what is not claimed, and a claim of what is held, say so and write nothing', (t) => {
  const { path, files } = lab(t);
  const { status, stdout } = labwright('lab', 'release', 'spoke1', '--offline', '--lab', path);
  assert.deepEqual([status, stdout], [0, 'spoke1 holds no claim; nothing changed\n']);
  assert.equal(labwright('lab', 'claim', 'cluster1', '--offline', '--lab', path).stdout, 'cluster1 holds its machines already; nothing changed\n');
  assert.match(labwright('lab', 'release', 'cluster1', '--offline', '--lab', path, '--dry-run').stdout, /^cluster1 would let go of cluster1-master-0/);
  assert.ok(!files().includes('lab.claims.json'));
});

test('a cluster that the lab does not have, and a broken claims file, are mistakes in the input', (t) => {
  const { path } = lab(t);
  const typo = labwright('lab', 'claim', 'cluster2', '--offline', '--lab', path);
  assert.equal(typo.status, 2);
  assert.match(typo.stderr, /lab pretty has no cluster cluster2\nhint: did you mean cluster1\?/);
  writeFileSync(join(path, 'lab.claims.json'), '{"version": 1, "lab": "pretty"}');
  const broken = labwright('lab', 'plan', path);
  assert.equal(broken.status, 2);
  assert.match(broken.stderr, /lab\.claims\.json:1:1: .*\n.*\nhint: restore it, or remove it/);
});

test('claims of another lab are refused', (t) => {
  const { path } = lab(t);
  writeFileSync(join(path, 'lab.claims.json'), '{"version": 1, "lab": "other", "fence": 0, "clusters": {}}');
  const { status, stderr } = labwright('lab', 'plan', path);
  assert.equal(status, 2);
  assert.match(stderr, /holds the claims of lab other, not of pretty/);
});

test('of two clusters that ask for one machine at the same time, one gets it', async (t) => {
  const { path } = lab(t);
  answer('release', 'cluster1', path);
  const asks = ['cluster1', 'sno-cluster1'].map(async (cluster) => {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin/labwright.js'), 'lab', 'claim', cluster, '--offline', '--lab', path], { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  });
  const codes = await Promise.all(asks);
  assert.deepEqual(
    codes.toSorted((a, b) => a - b),
    [0, 1],
  );
});

test('a cluster whose claim keeps the lab from being planned can still be released', (t) => {
  const { path } = lab(t);
  const file = join(path, 'lab.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('host_network: true, active: false', 'host_network: true'));
  const clash = labwright('lab', 'plan', path);
  assert.equal(clash.status, 2);
  assert.match(clash.stderr, /cluster1-worker-3 is claimed by several active clusters: cluster1, sno-cluster1/);
  answer('release', 'cluster1', path);
  assert.equal(labwright('lab', 'plan', path).status, 0);
});

const HOLD = `
const { holdLock } = await import(process.argv[1]);
globalThis.lock = holdLock(process.argv[2], 0);
process.stdout.write(globalThis.lock.state);
setInterval(() => undefined, 1000);
`;

test('a second apply is refused with the pid of the first; one that was killed is taken over', async (t) => {
  const { path } = lab(t);
  const lock = join(path, '.labwright', 'lab.yml.apply.lock');
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, '--', join(packageRoot(), 'src/util/hold-lock.ts'), lock], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => holder.kill('SIGKILL'));
  assert.equal(String((await once(holder.stdout, 'data'))[0]), 'held');
  const refused = labwright('lab', 'apply', path);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, new RegExp(`process ${holder.pid} is applying or destroying .*lab\\.yml\nhint: wait until`));
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  // Past the lock there is a mistake to find: no host is asked for anything.
  rmSync(join(path, 'lab.yml'));
  writeFileSync(join(path, 'lab.yml'), 'lab: [');
  assert.equal(labwright('lab', 'apply', path).status, 2);
});

function answer(kind: 'claim' | 'release', cluster: string, path: string): Answer {
  const { status, stdout, stderr } = labwright('lab', kind, cluster, '--offline', '--lab', path, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Answer;
}
