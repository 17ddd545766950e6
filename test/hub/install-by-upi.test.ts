import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
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

function clientOf({ world }: RehearsedLab, report: JobReport): KubeClient {
  return createKubeClient({ clock: world.clock.participant('test'), dial: world.dial.dial }, parseKubeconfig(report.outputs.get('kubeconfig')!));
}

const NODES = ['bootstrap', 'master-0', 'master-1', 'master-2', 'worker-0', 'worker-1'];

test('machines that boot images of their roles become a cluster, after whose bootstrap is off and workers have joined', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-upi', 'install', 'upi1');
  succeeded(report);
  const kube = clientOf(lab, report);
  assert.deepEqual((await kube.list({ apiVersion: 'v1', kind: 'Node' })).items.map(({ metadata }) => metadata.name).toSorted(), NODES.slice(1));
  const on = lab.world.powerLog.filter(({ event }) => event === 'on').map(({ machine, cause }) => `${machine} ${cause}`);
  assert.deepEqual(on.toSorted(), [
    'upi1-bootstrap install-upi/boot-bootstrap',
    ...[0, 1, 2].map((index) => `upi1-master-${index} install-upi/boot-control-plane`),
    ...[0, 1].map((index) => `upi1-worker-${index} install-upi/boot-workers`),
  ]);
  assert.deepEqual(
    lab.world.powerLog.filter(({ event }) => event !== 'on').map(({ machine, event, cause }) => `${machine} ${event} ${cause}`),
    ['upi1-bootstrap off install-upi/remove-bootstrap'],
  );
});

test('only requests of planned nodes are approved; another one is left alone, and said', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-upi', 'install', 'upi1');
  succeeded(report);
  const approved = report.log.filter((line) => line.startsWith('approved ')).toSorted();
  assert.deepEqual(
    approved,
    [0, 1].flatMap((index) => ['client', 'serving'].map((use) => `approved csr-worker-${index}-${use}: the ${use} certificate of worker-${index}`)),
  );
});

test('three nodes with static addresses carry applications themselves', async (t) => {
  const lab = await labOf(t);
  const report = await lab.run('install-upi', 'install', 'upi2');
  succeeded(report);
  assert.equal(
    report.steps.some(({ id }) => id === 'boot-workers'),
    false,
  );
});

test('every step may be run again after a crash: nothing is powered twice, and there is one CA', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-upi', 'install', 'upi1', {}, { twice: true }));
  assert.equal(lab.world.powerLog.length, NODES.length + 1);
});

test('every step may be stopped in its middle and run again', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('install-upi', 'install', 'upi1', {}, { interruptAfterMs: 30_000 }));
  assert.equal(lab.world.powerLog.length, NODES.length + 1);
});

test('a redeployment installs over the cluster that is there', async (t) => {
  const lab = await labOf(t);
  succeeded(await lab.run('first', 'install', 'upi2'));
  succeeded(await lab.run('second', 'redeploy', 'upi2'));
});

for (const [fault, step, object, condition] of [
  ['host-never-boots@upi1/bootstrap', 'await-machine-configs', 'bootstrap', 'MachineConfigsServed'],
  ['host-never-boots@upi1/master-1', 'await-control-plane', 'master-1', 'Registered'],
  ['host-never-boots@upi1/worker-1', 'await-workers', 'worker-1', 'Ready'],
  ['bootstrap-never-completes@upi1', 'await-bootstrap', 'ConfigMap/kube-system/bootstrap', 'complete'],
] as const) {
  test(`${fault} is found within the limit of ${step}, with what is missing`, async (t) => {
    const lab = await labOf(t, [fault]);
    const report = await lab.run('install-upi', 'install', 'upi1');
    const last = report.steps.at(-1)!;
    assert.deepEqual(
      [last.id, last.status, last.waited.at(-1)!.object, last.waited.at(-1)!.condition],
      [step, 'failure', object, condition],
      report.log.join('\n'),
    );
  });
}

test('a BMC that refuses the password is named, with what to check', async (t) => {
  const lab = await labOf(t, ['bmc-password@upi1/master-2']);
  const report = await lab.run('install-upi', 'install', 'upi1');
  assert.equal(report.error?.on?.object, 'upi1-master-2');
  assert.match(report.error?.hint ?? '', /password/);
});
