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

test('a machine that boots the live image becomes a single-node cluster, whose kubeconfig opens its API', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-sno', 'install', 'sno1');
  succeeded(report);
  const kube = createKubeClient({ clock: lab.world.clock.participant('test'), dial: lab.world.dial.dial }, parseKubeconfig(report.outputs.get('kubeconfig')!));
  const version = await kube.get({ apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion', name: 'version' });
  assert.match(JSON.stringify(version?.['status']), /Done applying 4\.18\.10/);
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  assert.deepEqual(
    nodes.items.map(({ metadata }) => metadata.name),
    ['master-0'],
  );
  assert.deepEqual(
    lab.world.powerLog.map(({ machine, event, cause }) => `${machine} ${event} ${cause}`),
    ['sno1-master-0 on install-sno/boot-machines'],
  );
  assert.equal((await lab.bmcOf('sno1-master-0').media()).inserted, false);
});

test('each milestone waits for what can be seen of it', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-sno', 'install', 'sno1');
  const waited = (id: string): string[] =>
    report.steps.find((step) => step.id === id)?.waited.map(({ object, condition, reason }) => `${object} ${condition} ${reason}`) ?? [];
  assert.equal(waited('await-live-system')[0], 'master-0 LiveSystemUp ConnectionRefused');
  assert.equal(waited('await-bootkube')[0], 'api.sno1.test.lab readyz unreachable');
  assert.ok(waited('await-disk').includes('master-0 Registered NotRegistered'));
  assert.ok(report.log.includes('master-0 answers ssh: SSH-2.0-OpenSSH_8.7'));
});

test('one that is to be a hub is made one, with the static network it was planned with', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-hub', 'install', 'hub1'));
});

test('every step may be run again after a crash: nothing is powered twice, and there is one CA', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-sno', 'install', 'sno1', {}, { twice: true }));
  assert.equal(lab.world.powerLog.length, 1);
});

test('every step may be stopped in its middle and run again', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-sno', 'install', 'sno1', {}, { interruptAfterMs: 30_000 }));
  assert.equal(lab.world.powerLog.length, 1);
});

test('a redeployment installs over the cluster that is there', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('first', 'install', 'sno1'));
  succeeded(await lab.run('second', 'redeploy', 'sno1'));
  assert.deepEqual(
    lab.world.powerLog.map(({ event, cause }) => `${event} ${cause}`),
    ['on first/boot-machines', 'off second/boot-machines', 'on second/boot-machines'],
  );
});

test('a machine that never boots is found within the limit of its first milestone', async (t) => {
  const lab = await labOf(t, ['host-never-boots@sno1/master-0']);
  const report = await lab.run('install-sno', 'install', 'sno1');
  assert.equal(report.steps.at(-1)?.id, 'await-live-system');
  assert.equal(report.steps.at(-1)!.waited.at(-1)!.object, 'master-0');
  assert.ok(report.simulatedMs < 30 * 60_000);
});

test('a bootstrap that never ends is found within its limit, and the node that is missing is named', async (t) => {
  const lab = await labOf(t, ['bootstrap-never-completes@sno1']);
  const report = await lab.run('install-sno', 'install', 'sno1');
  assert.equal(report.steps.at(-1)?.id, 'await-disk');
  assert.deepEqual(report.steps.at(-1)!.waited.at(-1)!.condition, 'Registered');
  assert.ok(report.simulatedMs < 120 * 60_000);
});

test('a BMC that refuses the password is named, with what to check', async (t) => {
  const lab = await labOf(t, ['bmc-password@sno1/master-0']);
  const report = await lab.run('install-sno', 'install', 'sno1');
  assert.equal(report.error?.on?.object, 'sno1-master-0');
  assert.match(report.error?.hint ?? '', /password/);
});

test('no line of a job shows the pull secret', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-sno', 'install', 'sno1');
  assert.equal(/pretty-secret/.test(JSON.stringify({ ...report, outputs: [] })), false);
});
