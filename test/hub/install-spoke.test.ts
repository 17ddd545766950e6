// Spokes by ClusterInstance on a rehearsed hub: real requests, the simulated controllers, and time that jumps.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KindRef } from '../../src/kube/objects.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { AGENT_CLUSTER_INSTALL, BARE_METAL_HOST, CLUSTER_INSTANCE, MANAGED_CLUSTER, NAMESPACE } from '../../src/hub/kinds.ts';
import { realCrds, skip } from './recorded-objects.ts';
import { rehearseLab, type JobReport, type RehearsedLab, type RunOptions } from './rehearsed-lab.ts';
import { testLab } from './test-lab.ts';

interface Hub {
  readonly lab: RehearsedLab;
  /** As foreign as kubectl. */
  readonly kube: KubeClient;
  run(job: string, action: string, cluster: string, options?: RunOptions): Promise<JobReport>;
}

async function hubOf(t: TestContext, options: Parameters<typeof rehearseLab>[1] = {}): Promise<Hub> {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'], ...options });
  t.after(() => lab.close());
  const kubeconfig = lab.world.hubs.get('hub1')!.kubeconfig;
  const kube = createKubeClient({ clock: lab.world.clock.participant('test'), dial: lab.world.dial.dial }, parseKubeconfig(kubeconfig));
  return { lab, kube, run: (job, action, cluster, more) => lab.run(job, action, cluster, { hub_kubeconfig: kubeconfig }, more) };
}

function succeeded(report: JobReport): void {
  assert.equal(report.error, undefined, JSON.stringify(report.error));
}

function powerOf({ lab }: Hub): string[] {
  return lab.world.powerLog.map(({ machine, event, cause }) => `${machine} ${event} ${cause}`);
}

async function uidOf({ kube }: Hub, kind: KindRef, name: string, namespace?: string): Promise<string | undefined> {
  return (await kube.get({ ...kind, name, ...(namespace === undefined ? {} : { namespace }) }))?.metadata.uid;
}

test('a single node is installed, imported, and its kubeconfig handed over', async (t) => {
  const hub = await hubOf(t);
  const report = await hub.run('install', 'install', 'sno1');
  succeeded(report);
  assert.match(report.outputs.get('kubeconfig')!, /https:\/\/api\.sno1\.test\.lab:6443/);
  assert.ok(report.outputs.get('kubeadmin-password'));
  const percents = report.steps.find(({ id }) => id === 'install-cluster')!.percents;
  assert.deepEqual([percents[0], percents.at(-1)], [0, 100]);
  assert.deepEqual(
    percents,
    percents.toSorted((a, b) => a - b),
    'progress never falls',
  );
  assert.ok(report.simulatedMs > 30 * 60_000);
});

test('disks are written only after the hosts were validated and the hold was taken away', async (t) => {
  const hub = await hubOf(t);
  const report = await hub.run('install', 'install', 'sno1');
  const release = report.steps.find(({ id }) => id === 'release-cluster-instance')!;
  assert.equal(release.waited[0]?.reason, 'InstallationOnHold');
  const patches = hub.lab.world.mutations.filter(({ method, path }) => method === 'PATCH' && path.includes('/clusterinstances/sno1'));
  assert.deepEqual(
    patches.map(({ cause }) => cause),
    ['install/create-cluster-instance', 'install/release-cluster-instance'],
  );
});

test('three masters and two workers are installed with VIPs', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'mno1'));
  assert.equal(powerOf(hub).length, 5);
});

test('what labwright sends fits the real definitions too', { skip }, async (t) => {
  const hub = await hubOf(t, { crdsDir: realCrds });
  succeeded(await hub.run('install', 'install', 'sno1'));
  succeeded(await hub.run('detach', 'detach', 'sno1'));
});

test('every step may be run again after a crash, and machines are powered on once', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'sno1', { twice: true }));
  assert.deepEqual(powerOf(hub), ['sno1-master-0 on install/create-cluster-instance']);
  succeeded(await hub.run('detach', 'detach', 'sno1', { twice: true }));
});

test('every step may be stopped in its middle and run again', async (t) => {
  const hub = await hubOf(t);
  for (const [job, action] of [
    ['install', 'install'],
    ['redeploy', 'redeploy'],
    ['detach', 'detach'],
  ] as const) {
    succeeded(await hub.run(job, action, 'sno1', { interruptAfterMs: 20_000 }));
  }
  assert.deepEqual(
    powerOf(hub).map((line) => line.replace('sno1-master-0 ', '')),
    ['on install/create-cluster-instance', 'off redeploy/power-off-machines', 'on redeploy/create-cluster-instance'],
  );
});

test('detached: nothing is left on the hub, and no machine was switched off', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'sno1'));
  const before = powerOf(hub);
  const report = await hub.run('detach', 'detach', 'sno1');
  succeeded(report);
  assert.match(report.outputs.get('kubeconfig')!, /api\.sno1\.test\.lab/);
  assert.deepEqual(powerOf(hub), before);
  for (const kind of [MANAGED_CLUSTER, NAMESPACE]) assert.equal(await uidOf(hub, kind, 'sno1'), undefined);
  assert.deepEqual((await hub.kube.list(BARE_METAL_HOST)).items, []);
});

test('a host that the hub still drives is detached before it is deleted, and keeps its power', async (t) => {
  const hub = await hubOf(t);
  const clock = hub.lab.world.clock.participant('somebody');
  const installing = hub.run('install', 'install', 'sno1');
  await clock.sleep(12 * 60_000);
  const before = powerOf(hub);
  succeeded(await hub.run('detach', 'detach', 'sno1'));
  assert.deepEqual([before.length, powerOf(hub)], [1, before]);
  const causes = hub.lab.world.mutations
    .filter(({ method, path }) => method === 'PATCH' && path.includes('/baremetalhosts/master-0'))
    .map(({ cause }) => cause);
  assert.deepEqual(causes, ['detach/detach-hosts', 'detach/delete-install-objects']);
  assert.ok((await installing).error, 'the job that installed it ends too');
});

test('a cluster whose hosts are still being worked on is not detached: they would be powered off', async (t) => {
  const hub = await hubOf(t);
  const clock = hub.lab.world.clock.participant('somebody');
  void hub.run('install', 'install', 'sno1').catch(() => undefined);
  await clock.sleep(6 * 60_000);
  const { error } = await hub.run('detach', 'detach', 'sno1');
  assert.deepEqual([error?.on?.object, error?.on?.condition], ['BareMetalHost/sno1/master-0', 'operationalStatus']);
  assert.match(error?.on?.message ?? '', /the host is (inspecting|preparing|provisioning)/);
});

test('installed again over running machines: they are powered off first, by the step that says so', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'sno1'));
  succeeded(await hub.run('detach', 'detach', 'sno1'));
  succeeded(await hub.run('again', 'install', 'sno1'));
  assert.deepEqual(powerOf(hub).slice(1), ['sno1-master-0 off again/power-off-machines', 'sno1-master-0 on again/create-cluster-instance']);
});

test('redeployed: another AgentClusterInstall, from 0 %', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'sno1'));
  const first = await uidOf(hub, AGENT_CLUSTER_INSTALL, 'sno1', 'sno1');
  const report = await hub.run('redeploy', 'redeploy', 'sno1');
  succeeded(report);
  assert.notEqual(await uidOf(hub, AGENT_CLUSTER_INSTALL, 'sno1', 'sno1'), first);
  assert.equal(report.steps.find(({ id }) => id === 'install-cluster')!.percents[0], 0);
});

test('an installation that failed can be redeployed; whatever is powered off names a step', async (t) => {
  const hub = await hubOf(t, { faults: ['install-fails'] });
  const failed = await hub.run('install', 'install', 'sno1');
  assert.deepEqual([failed.error?.on?.object, failed.error?.on?.condition], ['AgentClusterInstall/sno1/sno1', 'Failed']);
  succeeded(await hub.run('redeploy', 'redeploy', 'sno1'));
  const off = hub.lab.world.powerLog.filter(({ event }) => event !== 'on');
  assert.ok(off.length > 0);
  for (const { cause } of off) assert.match(cause ?? 'nobody', /^redeploy\//);
});

test('a hub that holds the cluster already refuses it, and says what to do', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'sno1'));
  const { error } = await hub.run('again', 'install', 'sno1');
  assert.deepEqual([error?.on?.object, error?.on?.reason], ['ClusterInstance/sno1/sno1', 'AlreadyExists']);
  assert.match(error?.hint ?? '', /detach sno1 first, or redeploy it/);
});

test('wrong BMC credentials end the job at once: the host, its condition, and its own message', async (t) => {
  const hub = await hubOf(t, { faults: ['bmc-password'] });
  const { error, simulatedMs } = await hub.run('install', 'install', 'sno1');
  const host = await hub.kube.get({ ...BARE_METAL_HOST, namespace: 'sno1', name: 'master-0' });
  const status = host?.['status'] as { readonly errorMessage: string; readonly conditions: readonly { readonly type: string; readonly reason: string }[] };
  const reason = status.conditions.find(({ type }) => type === 'Manageable')?.reason;
  assert.deepEqual(error?.on, { object: 'BareMetalHost/sno1/master-0', condition: 'Manageable', reason, message: status.errorMessage });
  assert.match(error?.hint ?? '', /password/);
  assert.ok(simulatedMs < 10 * 60_000, `${simulatedMs} ms`);
});

test('a host that never boots is named after 20 minutes without an agent', async (t) => {
  const hub = await hubOf(t, { faults: ['host-never-boots'] });
  const { error } = await hub.run('install', 'install', 'sno1');
  assert.deepEqual([error?.on?.object, error?.on?.condition], ['BareMetalHost/sno1/master-0', 'Provisioned']);
  assert.match(error?.hint ?? '', /console/);
});

test('a finalizer that nobody removes is named, on the object that hangs', async (t) => {
  const hub = await hubOf(t, { faults: ['stuck-finalizer'] });
  succeeded(await hub.run('install', 'install', 'sno1'));
  const { error } = await hub.run('detach', 'detach', 'sno1');
  assert.deepEqual([error?.on?.object, error?.on?.reason], ['AgentClusterInstall/sno1/sno1', 'FinalizersRemaining']);
  const object = await hub.kube.get({ ...AGENT_CLUSTER_INSTALL, namespace: 'sno1', name: 'sno1' });
  for (const finalizer of object?.metadata.finalizers ?? ['?']) assert.ok(error?.on?.message.includes(finalizer));
});

test('an object that somebody deletes meanwhile ends the job, not its limit', async (t) => {
  const hub = await hubOf(t);
  const clock = hub.lab.world.clock.participant('somebody');
  const running = hub.run('install', 'install', 'sno1');
  await clock.sleep(15 * 60_000);
  await clock.during(hub.kube.delete({ ...CLUSTER_INSTANCE, namespace: 'sno1', name: 'sno1' }));
  const { error } = await running;
  assert.deepEqual([error?.on?.object, error?.on?.condition, error?.on?.reason], ['ClusterInstance/sno1/sno1', 'UID', 'Deleting']);
});

test('a machine that was switched off while its cluster was detached is found out', async (t) => {
  const hub = await hubOf(t);
  succeeded(await hub.run('install', 'install', 'sno1'));
  const clock = hub.lab.world.clock.participant('somebody');
  const detaching = hub.run('detach', 'detach', 'sno1');
  await clock.sleep(60_000);
  await clock.during(hub.lab.bmcOf('sno1-master-0').reset('ForceOff'));
  const { error } = await detaching;
  assert.deepEqual([error?.on?.object, error?.on?.condition, error?.on?.reason], ['sno1-master-0', 'PowerState', 'Off']);
});

test('one seed gives one story', async (t) => {
  const story = async (): Promise<string> => {
    const hub = await hubOf(t, { seed: 7 });
    await hub.run('install', 'install', 'sno1');
    await hub.run('redeploy', 'redeploy', 'sno1');
    return JSON.stringify(hub.lab.world.powerLog);
  };
  assert.equal(await story(), await story());
});

test('no line, wait or error of a job shows the pull secret or a BMC password', async (t) => {
  const hub = await hubOf(t);
  const report = await hub.run('install', 'install', 'sno1');
  assert.equal(/pretty-secret/.test(JSON.stringify({ ...report, outputs: [] })), false);
});
