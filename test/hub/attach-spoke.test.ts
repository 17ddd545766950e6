// A spoke taken off its hub and brought back, looked at from both sides.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { KLUSTERLET, MANAGED_CLUSTER, MANAGED_CLUSTER_ADD_ON, NAMESPACE, NODE, SECRET } from '../../src/hub/kinds.ts';
import { rehearseLab, type JobReport, type RehearsedLab, type RunOptions } from './rehearsed-lab.ts';
import { testLab } from './test-lab.ts';

const AGENT = 'open-cluster-management-agent';
const API = { host: 'api.sno1.test.lab', port: 6443 };

interface Installed {
  readonly lab: RehearsedLab;
  /** Of hub1, and of sno1; both as foreign as kubectl. */
  readonly hub: KubeClient;
  readonly spoke: KubeClient;
  run(job: string, action: string, options?: RunOptions & { readonly kubeconfig?: string }): Promise<JobReport>;
  power(): string[];
}

async function installed(t: TestContext): Promise<Installed> {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'] });
  t.after(() => lab.close());
  const clock = lab.world.clock.participant('test');
  const open = (kubeconfig: string): KubeClient => createKubeClient({ clock, dial: lab.world.dial.dial }, parseKubeconfig(kubeconfig));
  const hub = lab.world.hubs.get('hub1')!.kubeconfig;
  const install = await lab.run('install', 'install', 'sno1', { hub_kubeconfig: hub });
  succeeded(install);
  const spoke = install.outputs.get('kubeconfig')!;
  return {
    lab,
    hub: open(hub),
    spoke: open(spoke),
    run: (job, action, { kubeconfig = spoke, ...options } = {}) => lab.run(job, action, 'sno1', { hub_kubeconfig: hub, spoke_kubeconfig: kubeconfig }, options),
    power: () => lab.world.powerLog.map(({ machine, event, cause }) => `${machine} ${event} ${cause}`),
  };
}

function succeeded(report: JobReport): void {
  assert.equal(report.error, undefined, JSON.stringify(report.error));
}

/** What of an import agent is on a cluster. */
async function agentOn(spoke: KubeClient): Promise<string[]> {
  const namespaces = (await spoke.list(NAMESPACE)).items.filter(({ metadata }) => metadata.name.startsWith(AGENT)).map(({ metadata }) => metadata.name);
  const crd = await spoke.get({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: 'klusterlets.operator.open-cluster-management.io',
  });
  const klusterlets = crd ? (await spoke.list(KLUSTERLET)).items.map(({ metadata }) => metadata.name) : [];
  return [...klusterlets, ...namespaces.toSorted()];
}

const WHOLE_AGENT = ['klusterlet', AGENT, `${AGENT}-addon`];

/** Does `work` while the API of sno1 refuses connections. */
async function offline({ lab }: Installed, work: () => Promise<void>): Promise<void> {
  const endpoint = (await lab.world.dial.dial(API))!;
  lab.world.dial.remove(API);
  await work();
  lab.world.dial.set(API, endpoint);
}

test('installed, detached, attached, redeployed: attach and detach change no power', async (t) => {
  const sno1 = await installed(t);
  assert.deepEqual(await agentOn(sno1.spoke), WHOLE_AGENT);
  const before = sno1.power();

  succeeded(await sno1.run('detach', 'detach'));
  assert.deepEqual(await agentOn(sno1.spoke), []);
  const attach = await sno1.run('attach', 'attach');
  succeeded(attach);
  assert.deepEqual(sno1.power(), before);
  assert.deepEqual(await agentOn(sno1.spoke), WHOLE_AGENT);
  assert.ok(attach.outputs.get('kubeconfig'));
  const waited = attach.steps.find(({ id }) => id === 'follow-import')!.waited.map(({ condition }) => condition);
  for (const condition of ['ManagedClusterJoined', 'ManagedClusterConditionAvailable', 'Available']) assert.ok(waited.includes(condition), waited.join());
  assert.equal(await sno1.hub.get({ ...SECRET, namespace: 'sno1', name: 'auto-import-secret' }), undefined);
  const addOns = (await sno1.hub.list({ ...MANAGED_CLUSTER_ADD_ON, namespace: 'sno1' })).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(addOns.toSorted(), ['config-policy-controller', 'governance-policy-framework', 'work-manager']);

  succeeded(await sno1.run('redeploy', 'redeploy'));
  assert.deepEqual(sno1.power().slice(before.length), ['sno1-master-0 off redeploy/power-off-machines', 'sno1-master-0 on redeploy/create-cluster-instance']);
});

test('an attached spoke is detached again: its hub holds nothing of its installation', async (t) => {
  const sno1 = await installed(t);
  const before = sno1.power();
  for (const action of ['detach', 'attach', 'detach']) succeeded(await sno1.run(action, action));
  assert.deepEqual(sno1.power(), before);
  assert.deepEqual(await agentOn(sno1.spoke), []);
  for (const kind of [MANAGED_CLUSTER, NAMESPACE]) assert.equal(await sno1.hub.get({ ...kind, name: 'sno1' }), undefined);
});

test('every step of attach may be run again, or stopped in its middle', async (t) => {
  const sno1 = await installed(t);
  const before = sno1.power();
  succeeded(await sno1.run('detach', 'detach'));
  succeeded(await sno1.run('attach', 'attach', { twice: true }));
  succeeded(await sno1.run('detach-again', 'detach', { twice: true }));
  succeeded(await sno1.run('attach-again', 'attach', { interruptAfterMs: 20_000 }));
  assert.deepEqual(sno1.power(), before);
});

test('a spoke that is away is cut off by force and keeps its agent; attach removes what is left, then imports', async (t) => {
  const sno1 = await installed(t);
  await offline(sno1, async () => {
    const detach = await sno1.run('detach', 'detach');
    succeeded(detach);
    assert.match(detach.log.join('\n'), /sno1 is away .*the agent of its hub stays there until it is attached again/);
  });
  assert.deepEqual(await agentOn(sno1.spoke), WHOLE_AGENT);
  const klusterlet = await sno1.spoke.get({ ...KLUSTERLET, name: 'klusterlet' });
  const attach = await sno1.run('attach', 'attach');
  succeeded(attach);
  assert.match(attach.log.join('\n'), /an earlier import left Klusterlet\/klusterlet, .* on sno1/);
  assert.deepEqual(await agentOn(sno1.spoke), WHOLE_AGENT);
  assert.notEqual((await sno1.spoke.get({ ...KLUSTERLET, name: 'klusterlet' }))?.metadata.uid, klusterlet?.metadata.uid);
});

test('a spoke that another hub manages is not taken from it', async (t) => {
  const sno1 = await installed(t);
  await offline(sno1, async () => succeeded(await sno1.run('detach', 'detach')));
  const other = Buffer.from('clusters: [{name: hub, cluster: {server: "https://api.other.lab:6443"}}]').toString('base64');
  const secret = { ...SECRET, namespace: AGENT, name: 'bootstrap-hub-kubeconfig' };
  await sno1.spoke.patch(secret, { data: { kubeconfig: other } }, { type: 'merge' });
  const { error } = await sno1.run('attach', 'attach');
  assert.deepEqual([error?.on?.object, error?.on?.reason], ['Klusterlet/klusterlet', 'AlreadyExists']);
  assert.match(error?.on?.message ?? '', /managed by https:\/\/api\.other\.lab:6443/);
  assert.match(error?.hint ?? '', /detach sno1 from that hub first/);
  assert.deepEqual(await agentOn(sno1.spoke), WHOLE_AGENT);
});

test('a spoke that goes away while it is imported fails the job, in the words of the import', async (t) => {
  const sno1 = await installed(t);
  const clock = sno1.lab.world.clock.participant('somebody');
  succeeded(await sno1.run('detach', 'detach'));
  const endpoint = (await sno1.lab.world.dial.dial(API))!;
  const attaching = sno1.run('attach', 'attach');
  while ((await sno1.hub.get({ ...MANAGED_CLUSTER, name: 'sno1' })) === undefined) await clock.sleep(10);
  sno1.lab.world.dial.remove(API);
  const { error } = await attaching;
  sno1.lab.world.dial.set(API, endpoint);
  assert.deepEqual(
    [error?.on?.object, error?.on?.condition, error?.on?.reason],
    ['ManagedCluster/sno1', 'ManagedClusterImportSucceeded', 'ManagedClusterImportFailed'],
  );
  assert.match(error?.on?.message ?? '', /api\.sno1\.test\.lab/);
  assert.match(error?.hint ?? '', /see that the hub reaches the API of sno1/);
});

test('a node that is lost while its cluster is detached is named', async (t) => {
  const sno1 = await installed(t);
  const clock = sno1.lab.world.clock.participant('somebody');
  const detaching = sno1.run('detach', 'detach');
  await clock.sleep(5000);
  const node = (await sno1.spoke.list(NODE)).items[0]!;
  const status = { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }] };
  await clock.during(sno1.spoke.patch({ ...NODE, name: node.metadata.name }, { status }, { type: 'merge', subresource: 'status' }));
  const { error } = await detaching;
  assert.deepEqual([error?.on?.object, error?.on?.condition, error?.on?.reason], ['Node/master-0', 'Ready', 'NotReady']);
});

test('attach refuses before it touches anything: a cluster its hub holds, and one without a kubeconfig', async (t) => {
  const sno1 = await installed(t);
  const held = await sno1.run('attach', 'attach');
  assert.deepEqual([held.error?.on?.object, held.error?.on?.reason], ['ManagedCluster/sno1', 'AlreadyExists']);
  succeeded(await sno1.run('detach', 'detach'));
  const without = await sno1.lab.run('without', 'attach', 'sno1', { hub_kubeconfig: sno1.lab.world.hubs.get('hub1')!.kubeconfig });
  assert.match(without.error?.message ?? '', /no kubeconfig of sno1/);
  await offline(sno1, async () => {
    const { error } = await sno1.run('away', 'attach');
    assert.deepEqual([error?.on?.object, error?.on?.reason], ['sno1', 'Unreachable']);
  });
  assert.equal(await sno1.hub.get({ ...MANAGED_CLUSTER, name: 'sno1' }), undefined);
});
