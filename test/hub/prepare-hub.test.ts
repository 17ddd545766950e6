import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { AGENT_SERVICE_CONFIG, MULTI_CLUSTER_HUB, PROVISIONING, STORAGE_CLASS } from '../../src/hub/hub-preparation/kinds.ts';
import { textAt, valueAt } from '../../src/hub/read-object.ts';
import { testLab } from './test-lab.ts';
import { rehearseLab, type RehearsedLab } from './rehearsed-lab.ts';

interface Installed {
  readonly lab: RehearsedLab;
  readonly kube: KubeClient;
  readonly inputs: { readonly hub_kubeconfig: string };
}

async function installedHub(t: TestContext): Promise<Installed> {
  const lab = await rehearseLab(testLab, { faults: [] });
  t.after(() => lab.close());
  const report = await lab.run('install-hub', 'install', 'hub1');
  assert.equal(report.error, undefined, JSON.stringify(report.error));
  const kubeconfig = report.outputs.get('kubeconfig')!;
  const kube = createKubeClient({ clock: lab.world.clock.participant('test'), dial: lab.world.dial.dial }, parseKubeconfig(kubeconfig));
  return { lab, kube, inputs: { hub_kubeconfig: kubeconfig } };
}

test('the installation of a hub makes it one: operators, management, provisioning of other namespaces, assisted-service', async (t) => {
  const { lab, kube, inputs } = await installedHub(t);
  const { items } = await kube.list({ apiVersion: 'operators.coreos.com/v1alpha1', kind: 'ClusterServiceVersion' });
  const phases = items.map((one) => `${one.metadata.name.split('.')[0]} ${textAt(one, 'status', 'phase')}`);
  const operators = ['advanced-cluster-management', 'openshift-gitops-operator', 'topology-aware-lifecycle-manager'];
  assert.deepEqual(new Set(phases), new Set(operators.map((name) => `${name} Succeeded`)));
  const hub = await kube.get(MULTI_CLUSTER_HUB);
  assert.deepEqual([textAt(hub, 'status', 'phase'), textAt(hub, 'spec', 'availabilityConfig')], ['Running', 'High']);
  assert.equal(valueAt(await kube.get(PROVISIONING), 'spec', 'watchAllNamespaces'), true);
  const versionOf = async (): Promise<unknown> => (await kube.get(AGENT_SERVICE_CONFIG))?.metadata.resourceVersion;
  const before = await versionOf();
  const again = await lab.run('prepare-hub', 'prepare', 'hub1', inputs);
  assert.equal(again.error, undefined, JSON.stringify(again.error));
  assert.equal(await versionOf(), before, 'a hub that is one already is left as it is');
});

test('a hub that is not ready refuses a spoke before anything of it is made, and says what is missing', async (t) => {
  const { lab, kube, inputs } = await installedHub(t);
  await kube.delete(AGENT_SERVICE_CONFIG);
  await kube.patch(PROVISIONING, { spec: { watchAllNamespaces: false } }, { type: 'merge' });
  const refused = await lab.run('spoke', 'install', 'sno1', inputs);
  assert.deepEqual([refused.error?.on?.object, refused.error?.on?.condition], ['Provisioning/provisioning-configuration', 'watchAllNamespaces']);
  assert.match(refused.error?.hint ?? '', /watchAllNamespaces: true.*it lacks more: AgentServiceConfig\/agent$/);
  assert.equal(await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'sno1' }), undefined);

  const prepared = await lab.run('prepare-hub', 'prepare', 'hub1', inputs);
  assert.equal(prepared.error, undefined, JSON.stringify(prepared.error));
  const taken = await lab.run('spoke-again', 'install', 'sno1', inputs);
  assert.equal(taken.error, undefined, JSON.stringify(taken.error));
});

test('a cluster without a default StorageClass is no hub, and nothing is installed on it', async (t) => {
  const { lab, kube, inputs } = await installedHub(t);
  for (const { metadata } of (await kube.list(STORAGE_CLASS)).items) await kube.delete({ ...STORAGE_CLASS, name: metadata.name });
  const report = await lab.run('prepare-hub', 'prepare', 'hub1', inputs);
  assert.deepEqual([report.error?.on?.object, report.error?.on?.reason], ['StorageClass', 'NoDefault']);
});
