import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { methodsLab } from './methods-lab.ts';
import { rehearseLab, type JobReport, type RehearsedLab } from './rehearsed-lab.ts';

async function labOf(t: TestContext, faults: readonly string[] = []): Promise<RehearsedLab> {
  const lab = await rehearseLab(methodsLab, { faults });
  t.after(() => lab.close());
  return lab;
}

function succeeded(report: JobReport): void {
  assert.equal(report.error, undefined, JSON.stringify({ error: report.error, log: report.log }, null, 1));
}

const HOSTS = ['ipi1-master-0', 'ipi1-master-1', 'ipi1-master-2', 'ipi1-worker-0', 'ipi1-worker-1'];

test('the installer on the provisionhost makes a cluster, which is seen from outside milestone by milestone', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-ipi', 'install', 'ipi1');
  succeeded(report);
  const kube = createKubeClient({ clock: lab.world.clock.participant('test'), dial: lab.world.dial.dial }, parseKubeconfig(report.outputs.get('kubeconfig')!));
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  assert.deepEqual(
    nodes.items.map(({ metadata }) => `ipi1-${metadata.name}`),
    HOSTS,
  );
  assert.deepEqual(
    lab.world.powerLog.map(({ machine, event, cause }) => `${machine} ${event} ${cause}`),
    HOSTS.map((host) => `${host} on install-ipi/start-installer`),
  );
  assert.ok(
    report.log.some((line) => line.startsWith('info: Install complete!')),
    report.log.join('\n'),
  );
  const { deps } = await lab.prepare('look', 'install', 'ipi1');
  const secrets = ['pretty-secret', ...lab.plan.machines.map((machine) => deps.bmcCredentials(machine).password)];
  const text = JSON.stringify({ ...report, outputs: [] });
  assert.deepEqual(
    secrets.filter((secret) => text.includes(secret)),
    [],
    'no line of the job shows a secret',
  );
});

test('one seed gives one story, though the installer is another process', async (t) => {
  const stories = [];
  for (let time = 0; time < 2; time++) {
    const lab = await labOf(t);
    const { simulatedMs } = await lab.run('install-ipi', 'install', 'ipi1');
    stories.push({ simulatedMs, power: lab.world.powerLog });
  }
  assert.deepEqual(stories[0], stories[1]);
});

test('every step may be run again after a crash: one installer was started, and it is found again', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-ipi', 'install', 'ipi1', {}, { twice: true });
  succeeded(report);
  assert.equal(lab.world.powerLog.length, HOSTS.length);
});

test('every step may be stopped in its middle and run again', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-ipi', 'install', 'ipi1', {}, { interruptAfterMs: 30_000 }));
  assert.equal(lab.world.powerLog.length, HOSTS.length);
});

test('a redeployment clears what the earlier installation left, and installs over it', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('first', 'install', 'ipi1'));
  const second = await lab.run('second', 'redeploy', 'ipi1');
  succeeded(second);
  assert.deepEqual(
    lab.world.powerLog.flatMap(({ machine, event, cause }) => (event === 'off' ? [`${machine} ${cause}`] : [])),
    HOSTS.map((host) => `${host} second/power-off-machines`),
  );
});

for (const [fault, step, object, condition] of [
  ['bmc-password@ipi1/master-1', 'power-off-machines', 'ipi1-master-1', 'Redfish'],
  ['host-never-boots@ipi1/master-2', 'await-control-plane', 'master-2', 'Registered'],
  ['host-never-boots@ipi1/worker-1', 'await-workers', 'worker-1', 'Registered'],
] as const) {
  test(`${fault} is found within the limit of ${step}, with what is missing`, async (t) => {
    const lab = await labOf(t, [fault]);
    const report = await lab.run('install-ipi', 'install', 'ipi1');
    const last = report.steps.at(-1)!;
    const on = report.error?.on ?? last.waited.at(-1);
    assert.deepEqual([last.id, last.status, on?.object, on?.condition], [step, 'failure', object, condition], report.log.join('\n'));
  });
}

test('a bootstrap that never hands over leaves its journal with the job, and the next job ends its installer', async (t) => {
  const lab = await labOf(t, ['bootstrap-never-completes@ipi1']);
  const report = await lab.run('install-ipi', 'install', 'ipi1');
  assert.deepEqual([report.steps.at(-1)?.id, report.error?.on?.object], ['await-bootstrap', 'ConfigMap/kube-system/bootstrap']);
  assert.match(report.outputs.get('bootkube.log') ?? '', /a rehearsed bootstrap/);
  assert.match(report.error?.hint ?? '', /bootkube\.log/);
  const again = await lab.run('again', 'redeploy', 'ipi1');
  succeeded(again);
  assert.ok(
    again.log.some((line) => line.startsWith('ended the installer of ')),
    'the installer of the first job still ran',
  );
});

/** Ends the installer of a job by force, just before a step. */
function killBefore(lab: RehearsedLab, step: string): (id: string) => Promise<void> {
  return async (id) => {
    if (id !== step) return;
    const { deps } = await lab.prepare('install-ipi', 'install', 'ipi1');
    const { exec, dir } = deps.provisionhost(lab.plan.clusters.find(({ name }) => name === 'ipi1')!.provisionhost!);
    await exec([
      'sh',
      '-c',
      'pid=$(cat "$1"); kill -s KILL -- "-$pid"; while tr -d "\\0" < "/proc/$pid/cmdline" | grep -q .; do sleep 0.05; done',
      'sh',
      `${dir}/ipi1/install-ipi/pid`,
    ]);
  };
}

test('an installer that was killed once the control plane carries itself is replaced by one that waits for the rest', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-ipi', 'install', 'ipi1', {}, { before: killBefore(lab, 'await-workers') });
  succeeded(report);
  assert.ok(report.log.some((line) => /is gone; another one waits for the rest/.test(line)));
});

test('one that was killed before is said to be gone, with what to look at', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-ipi', 'install', 'ipi1', {}, { before: killBefore(lab, 'await-control-plane') });
  assert.deepEqual([report.steps.at(-1)?.id, report.error?.on?.reason], ['await-control-plane', 'InstallerGone']);
  assert.match(report.error?.hint ?? '', /run the job again/);
});

test('a config that the installer refuses fails the job in its words, before any machine is touched', async (t) => {
  const plan = {
    ...methodsLab,
    clusters: methodsLab.clusters.map((one) => (one.name === 'ipi1' ? { ...one, vips: { ...one.vips, api: '192.168.99.1' } } : one)),
  };
  const lab = await rehearseLab(plan);
  t.after(() => lab.close());
  const report = await lab.run('install-ipi', 'install', 'ipi1');
  assert.deepEqual([report.error?.on?.condition, report.error?.on?.reason], ['Installed', 'InstallerFailed']);
  assert.match(report.error?.message ?? '', /192\.168\.99\.1/);
  assert.deepEqual(lab.world.powerLog, []);
});
