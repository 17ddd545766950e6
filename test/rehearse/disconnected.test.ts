// A lab without a way out: nothing outside is contacted, neither by what the rehearsal notes nor by the kernel's account.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { insideOnly } from '../../src/agent/inside-only.ts';
import type { RehearsalReport } from '../../src/cli/house/rehearsal-report.ts';
import { outsideDestinations } from '../../src/cli/house/outside-destinations.ts';
import { planLabFile } from '../../src/cli/plan-lab-file.ts';
import { directDial } from '../../src/util/dial.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { rehearse } from './rehearse.ts';

const LAB = join(packageRoot(), 'examples/ztp-lab');
const MATRIX = join(packageRoot(), 'examples/ztp-matrix.yml');
const EXTRA = `example.com/team/catalogue@sha256:${'5'.repeat(64)}`;
const SPOKE = 'topic: OCP-4.18, components: [ocp], action: install, cluster: sno1';

test('a connected job is seen to pull from outside, a disconnected one from inside alone', async (t) => {
  const connected = await rehearse(pipeline(t, `- {name: spoke, stage: one, ${SPOKE}}\n`), '--lab', LAB);
  assert.deepEqual([connected.exitCode, connected.report.destinations?.includes('quay.io:443')], [0, true], connected.stderr);
  const { exitCode, report, stderr } = await rehearse(pipeline(t, `- {name: spoke, stage: one, ${SPOKE}, network: disconnected}\n`), '--lab', LAB);
  assert.equal(exitCode, 0, stderr);
  for (const host of ['registry.our.ztp.lab:5000', 'http.our.ztp.lab:8080', 'api.hub1.our.ztp.lab:6443']) assert.ok(report.destinations?.includes(host), host);
  const { plan } = (await planLabFile(LAB)).result;
  const jobs = [{ action: 'install', definition: { network: 'disconnected' } }] as unknown as Parameters<typeof outsideDestinations>[0]['jobs'];
  assert.deepEqual(outsideDestinations({ plan: plan!, jobs }, report.destinations!), []);
  assert.deepEqual(outsideDestinations({ plan: plan!, jobs }, connected.report.destinations!), ['quay.io:443']);
});

test('a lab that mirrors brings the release inside first, from a registry that nothing but its jumphost reaches', async (t) => {
  const lab = copyOfLab(t, (text) => text.replace('registry: {}', `registry: {mirror: true, additional_images: ["${EXTRA}"]}`));
  const { exitCode, report, stderr } = await rehearse(pipeline(t, `- {name: spoke, stage: one, ${SPOKE}, network: disconnected}\n`), '--lab', lab);
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(
    report.steps.slice(1, 3).map(({ id, status }) => [id, status]),
    [
      ['spoke/sync-mirror', 'success'],
      ['spoke/check-mirror', 'success'],
    ],
  );
  assert.deepEqual(report.mirror_sources, ['docker.io:443', 'example.com:443', 'quay.io:443']);
  assert.ok(
    report.destinations!.every((one) => /\.our\.ztp\.lab:\d+$/.test(one)),
    report.destinations!.join(' '),
  );
});

test('the doors of a disconnected job refuse what is not of its lab', async () => {
  const { plan } = (await planLabFile(LAB)).result;
  const dial = insideOnly(directDial, plan!);
  for (const host of ['registry.our.ztp.lab', '192.168.21.1', '192.168.20.26']) assert.deepEqual(await dial({ host, port: 1 }), { host, port: 1 });
  for (const host of ['quay.io', 'notour.ztp.lab', '8.8.8.8', 'our.ztp.lab.example.com']) assert.throws(() => dial({ host, port: 443 }), { code: 'refused' });
});

test('a disconnected job takes no repository from outside, by ssh neither', async (t) => {
  const sites = 'implementation: gitops, network: disconnected, sites_repo: {url: "git@github.example.com:our/sites.git"}';
  const { exitCode, report } = await rehearse(pipeline(t, `- {name: spoke, stage: one, ${SPOKE}, ${sites}}\n`), '--lab', LAB);
  assert.equal(exitCode, 1);
  assert.deepEqual([report.jobs[0]?.error?.condition, report.jobs[0]?.error?.reason], ['Startable', 'OutsideLab']);
});

test('a disconnected job needs a registry and an HTTP store in the lab file', (t) => {
  const lab = join(packageRoot(), 'examples/pretty-lab');
  const { status, stderr } = labwright([], 'rehearse', pipeline(t, `- {name: spoke, stage: one, ${SPOKE}, network: disconnected}\n`), '--lab', lab);
  assert.equal(status, 2);
  assert.match(stderr, /spoke is disconnected, and lab pretty has no registry inside/);
});

const CELLS = ['--only', 'network=disconnected', '--only', 'spoke=sno', '--only', 'hub=mno', '--only', 'infrastructure=vm'];

test('disconnected cells succeed in a network namespace with loopback alone', (t) => {
  const name = `lwtest-${process.pid}`;
  const ip = (...args: readonly string[]): number | null => spawnSync('ip', args, { stdio: 'ignore' }).status;
  // What a killed run left.
  const left = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout ?? '';
  for (const [, old, pid] of left.matchAll(/^(lwtest-(\d+))\b/gm)) if (!isAlive(Number(pid))) ip('netns', 'delete', old!);
  if (process.getuid?.() !== 0 || ip('netns', 'add', name) !== 0) {
    assert.notEqual(process.env['CI'], 'true', 'CI has to be able to make network namespaces');
    return t.skip('needs root and ip(8) to make a network namespace');
  }
  t.after(() => ip('netns', 'delete', name));
  const inside = ['ip', 'netns', 'exec', name];
  assert.equal(ip('-n', name, 'link', 'set', 'lo', 'up'), 0);
  const { status, stdout, stderr } = labwright(inside, 'rehearse', MATRIX, ...CELLS, '--json');
  assert.equal(status, 0, stderr);
  const { matrix, destinations } = JSON.parse(stdout) as RehearsalReport;
  assert.deepEqual(
    matrix?.map((one) => one.status),
    ['success', 'success'],
  );
  assert.ok(destinations?.includes('registry.our.ztp.lab:5000'));
  assert.ok(destinations?.includes('gitea-gitea.apps.hub1.our.ztp.lab:443'), 'the cell by GitOps takes its commit from the hub’s own Git host');
});

function copyOfLab(t: TestContext, change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'lab.yml'), change(readFileSync(join(LAB, 'lab.yml'), 'utf8')));
  copyFileSync(join(LAB, 'lab.lock.json'), join(folder, 'lab.lock.json'));
  return folder;
}

function labwright(
  prefix: readonly string[],
  ...args: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const [file, ...rest] = [...prefix, process.execPath, join(packageRoot(), 'bin/labwright.js'), ...args];
  return spawnSync(file!, rest, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function pipeline(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'spoke.yml');
  writeFileSync(path, text);
  return path;
}
