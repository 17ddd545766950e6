import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { testLab } from './test-lab.ts';
import { rehearseLab, type JobReport, type RehearsedLab } from './rehearsed-lab.ts';

async function labOf(t: TestContext, faults: readonly string[] = []): Promise<RehearsedLab> {
  const lab = await rehearseLab(testLab, { faults });
  t.after(() => lab.close());
  return lab;
}

function succeeded(report: JobReport): void {
  assert.equal(report.error, undefined, JSON.stringify(report.error));
}

test('three machines that boot the image become a hub, whose kubeconfig opens its API', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-hub', 'install', 'hub1');
  succeeded(report);
  const kube = createKubeClient({ clock: lab.world.clock.participant('test'), dial: lab.world.dial.dial }, parseKubeconfig(report.outputs.get('kubeconfig')!));
  const version = await kube.get({ apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion', name: 'version' });
  assert.match(JSON.stringify(version?.['status']), /Done applying 4\.18\.10/);
  assert.match(report.outputs.get('kubeadmin-password')!, /^(\w{5}-){3}\w{5}$/);
});

test('before the machines have formed the cluster, nothing listens at its API address', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-hub', 'install', 'hub1');
  const waited = report.steps.find(({ id }) => id === 'await-api')?.waited ?? [];
  assert.ok(waited.some(({ object, message }) => object === 'api.hub1.test.lab' && message.includes('connection refused')));
});

test('every step may be run again after a crash: nothing is powered twice, and there is one CA', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-hub', 'install', 'hub1', {}, { twice: true });
  succeeded(report);
  const events = lab.world.powerLog.map(({ machine, event, cause }) => `${machine} ${event} ${cause}`);
  assert.deepEqual(
    events.toSorted(),
    [0, 1, 2].map((index) => `hub1-master-${index} on install-hub/boot-machines`),
  );
});

test('every step may be stopped in its middle and run again', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-hub', 'install', 'hub1', {}, { interruptAfterMs: 30_000 }));
  assert.equal(lab.world.powerLog.length, 3);
});

test('a single node becomes a hub too', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-hub', 'install', 'hub2'));
});

test('a fresh installation powers off machines that still run, and names itself as the cause', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('first', 'install', 'hub2'));
  succeeded(await lab.run('second', 'install', 'hub2'));
  assert.deepEqual(
    lab.world.powerLog.map(({ event, cause }) => `${event} ${cause}`),
    ['on first/boot-machines', 'off second/boot-machines', 'on second/boot-machines'],
  );
});

test('a machine that never boots keeps the cluster from forming, and is named', async (t) => {
  const lab = await labOf(t, ['host-never-boots@hub1/master-1']);
  const report = await lab.run('install-hub', 'install', 'hub1');
  assert.equal(report.steps.at(-1)?.id, 'await-hosts');
  const { object, condition } = report.steps.at(-1)!.waited.at(-1)!;
  assert.deepEqual({ object, condition }, { object: 'master-1', condition: 'Registered' });
});

test('an installer that fails on a host ends the job at once, in its own words', async (t) => {
  const lab = await labOf(t, ['install-fails@hub1']);
  const report = await lab.run('install-hub', 'install', 'hub1');
  assert.match(report.error?.on?.message ?? '', /No space left on device/);
  assert.equal(report.error?.on?.condition, 'Installed');
});

test('a BMC that refuses the password is named, with what to check', async (t) => {
  const lab = await labOf(t, ['bmc-password@hub1/master-2']);
  const report = await lab.run('install-hub', 'install', 'hub1');
  assert.equal(report.error?.on?.object, 'hub1-master-2');
  assert.match(report.error?.hint ?? '', /password/);
});

test('no line of a job shows the pull secret', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-hub', 'install', 'hub1');
  assert.equal(/pretty-secret/.test(JSON.stringify({ ...report, outputs: [] })), false);
});
