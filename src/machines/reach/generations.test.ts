import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { noClaims } from '../../lab/claims/claims-file.ts';
import { EMPTY_LOCK } from '../../lab/lock.ts';
import { planLab } from '../../lab/plan-lab.ts';
import { localExec, type Exec } from '../../util/exec.ts';
import { packageRoot } from '../../util/package-root.ts';
import { labPaths } from '../lab-paths.ts';
import { observeGenerations } from './generations.ts';
import { noteInstallations, readInstallations } from './installations.ts';

const folder = mkdtempSync(join(tmpdir(), 'labwright-generations-'));
after(() => rmSync(folder, { recursive: true }));
const plan = planLab('lab.yml', readFileSync(join(packageRoot(), 'examples/metal-lab/lab.yml'), 'utf8'), EMPTY_LOCK).plan!;
/** This computer as the jumphost, with a folder of its own instead of /var/lib. */
const exec: Exec = (command, options) =>
  localExec(
    command.map((word) => (word.startsWith('/var/lib/') ? join(folder, word) : word)),
    options,
  );
const host = { name: 'jumphost', exec, freshExec: exec };
const hosts = { jumphost: host, server: () => assert.fail('bare metal has no server to ask') };
const { signal } = new AbortController();

function wordOf(machine: string): Promise<string | undefined> {
  return observeGenerations(hosts, { plan, claims: noClaims('metal') }, new Set([machine]), signal).then((words) => words.get(machine));
}

test('a bare-metal host that a job installs anew has another word for its host keys, and its neighbour keeps its own', async () => {
  assert.equal(await wordOf('metal1'), 'metal');
  await noteInstallations(exec, plan, ['metal1'], signal);
  const first = await wordOf('metal1');
  assert.match(first!, /^metal-i\d{10}$/);
  assert.equal(await wordOf('metal2'), 'metal');
  writeFileSync(join(folder, labPaths(plan).installationsDir, 'metal1'), '1700000000\n');
  assert.equal(await wordOf('metal1'), 'metal-i1700000000');
  await noteInstallations(exec, plan, ['metal1', 'metal2'], signal);
  assert.deepEqual([...(await readInstallations(exec, plan, signal)).keys()], ['metal1', 'metal2']);
  assert.notEqual(await wordOf('metal1'), 'metal-i1700000000');
});

test('a claim of another cluster is another word, as before', async () => {
  const claims = { ...noClaims('metal'), fence: 7, clusters: { edge1: { claimed: true, fence: 7, at: '2026-01-01T00:00:00.000Z', by: 'test' } } };
  const words = await observeGenerations(hosts, { plan, claims }, new Set(['metal1']), signal);
  assert.match(words.get('metal1')!, /^metal-c7-i\d+$/);
});
