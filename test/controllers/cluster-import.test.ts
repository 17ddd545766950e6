import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { conditionOf, conditionsOf } from '../../src/hub/read-object.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { clusterControllers } from '../../src/rehearsal/controllers/cluster/cluster-controllers.ts';
import { startHub, type HubHarness } from '../../src/rehearsal/replay/start-hub.ts';

const MANAGED_CLUSTER = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' };
const MANIFEST_WORK = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'ManifestWork' };
const ADD_ON = { apiVersion: 'addon.open-cluster-management.io/v1alpha1', kind: 'ManagedClusterAddOn' };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

let hub: HubHarness;
before(async () => {
  hub = await startHub();
  await hub.run(clusterControllers);
});
after(() => hub.close());

const later = <T>(ms: number, act: () => Promise<T>): Promise<T> => hub.later(ms, act);

test('an installed cluster is imported, gets its add-ons, and leaves them in order when it is detached', async () => {
  const name = 'sno1';
  await hub.kube.create(managedCluster(name));
  await later(5000, async () => {
    assert.equal((await hub.kube.get({ ...NAMESPACE, name }))?.metadata.labels?.['cluster.open-cluster-management.io/managedCluster'], name);
    assert.deepEqual(await conditions(name), ['HubAcceptedManagedCluster True', 'ManagedClusterImportSucceeded False ManagedClusterWaitForImporting']);
  });
  await hub.kube.create(addOnConfig(name));
  await installed(name);
  await later(3000, async () => {
    assert.deepEqual(await conditions(name), ['HubAcceptedManagedCluster True', 'ManagedClusterImportSucceeded False ManagedClusterImporting']);
    assert.deepEqual(await names(MANIFEST_WORK, name), ['sno1-klusterlet', 'sno1-klusterlet-crds']);
  });
  const usable = ['HubAcceptedManagedCluster True', 'ManagedClusterImportSucceeded True', 'ManagedClusterJoined True'];
  await later(37_000, async () => assert.deepEqual(await conditions(name), usable));
  await later(40_000, async () =>
    assert.deepEqual(await conditions(name), [...usable, 'ManagedClusterConditionAvailable True', 'ManagedClusterConditionClockSynced True']),
  );
  await later(60_000, async () => {
    const addOns = (await hub.kube.list({ ...ADD_ON, namespace: name })).items;
    assert.deepEqual(
      addOns.map((one) => [one.metadata.name, summaryOf(one)]),
      ['config-policy-controller', 'governance-policy-framework', 'work-manager'].map((addOn) => [addOn, ['Available True']]),
    );
  });

  const gone: string[] = [];
  const stop = new AbortController();
  for (const kind of [MANIFEST_WORK, ADD_ON, MANAGED_CLUSTER]) void follow(kind, (object) => gone.push(object), stop.signal);
  await hub.kube.delete({ ...MANAGED_CLUSTER, name });
  await later(1000, async () => assert.ok((await conditions(name)).includes('ManagedClusterImportSucceeded False ManagedClusterDetaching')));
  await later(90_000, async () => assert.equal(await hub.kube.get({ ...MANAGED_CLUSTER, name }), undefined));
  stop.abort();
  assert.deepEqual(gone.slice(-3), ['ManifestWork/sno1-klusterlet', 'ManifestWork/sno1-klusterlet-crds', 'ManagedCluster/sno1']);
  assert.equal(gone.length, 9);
});

test('the namespace of a detached cluster stays while its install objects do', async () => {
  const name = 'sno1';
  assert.ok(await hub.kube.get({ ...NAMESPACE, name }));
  await hub.kube.delete({ apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment', namespace: name, name });
  assert.equal(await later(20_000, () => hub.kube.get({ ...NAMESPACE, name })), undefined);
});

test('a cluster that never joined is cut off', async () => {
  const name = 'never';
  await hub.kube.create(managedCluster(name));
  await installed(name);
  await later(6000, async () => assert.deepEqual(await names(MANIFEST_WORK, name), ['never-klusterlet', 'never-klusterlet-crds']));
  await hub.kube.delete({ ...MANAGED_CLUSTER, name });
  await later(2000, async () => {
    assert.equal(await hub.kube.get({ ...MANAGED_CLUSTER, name }), undefined);
    assert.deepEqual(await names(MANIFEST_WORK, name), []);
  });
});

test('an auto-import secret that cannot be used says why, one that can is used up', async () => {
  const name = 'attached';
  await hub.kube.create(managedCluster(name));
  await later(1000, async () => undefined);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'auto-import-secret', namespace: name } };
  await hub.kube.create({ ...secret, data: { server: encoded('https://api.attached.lab.test:6443') } });
  await later(1000, async () => {
    const cluster = await hub.kube.get({ ...MANAGED_CLUSTER, name });
    const { reason, message } = conditionOf(cluster, 'ManagedClusterImportSucceeded')!;
    assert.deepEqual([reason, message], ['ManagedClusterImportFailed', 'the auto import secret must have a kubeconfig, or a server and a token']);
  });
  await hub.kube.patch({ ...secret, namespace: name, name: 'auto-import-secret' }, { data: { token: encoded('sha256~x') } }, { type: 'merge' });
  await later(90_000, async () => {
    assert.ok((await conditions(name)).includes('ManagedClusterConditionAvailable True'));
    assert.deepEqual(
      (await names({ apiVersion: 'v1', kind: 'Secret' }, name)).filter((one) => one === 'auto-import-secret'),
      [],
    );
  });
});

async function follow(kind: { apiVersion: string; kind: string }, onGone: (object: string) => void, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of hub.kube.watch(kind, signal)) if (event.type === 'deleted') onGone(`${kind.kind}/${event.object.metadata.name}`);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What hive and the assisted service leave behind when a cluster is installed. */
async function installed(name: string): Promise<void> {
  if (!(await hub.kube.get({ ...NAMESPACE, name }))) await later(1000, async () => undefined);
  await hub.kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-admin-kubeconfig`, namespace: name } });
  await hub.kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-admin-password`, namespace: name } });
  await hub.kube.create({
    apiVersion: 'hive.openshift.io/v1',
    kind: 'ClusterDeployment',
    metadata: { name, namespace: name },
    spec: {
      baseDomain: 'lab.test',
      clusterName: name,
      installed: true,
      platform: { agentBareMetal: { agentSelector: {} } },
      clusterMetadata: {
        clusterID: '00000000-0000-4000-8000-000000000001',
        infraID: 'infra',
        adminKubeconfigSecretRef: { name: `${name}-admin-kubeconfig` },
        adminPasswordSecretRef: { name: `${name}-admin-password` },
      },
    },
  });
}

function managedCluster(name: string): KubeObject {
  return { ...MANAGED_CLUSTER, metadata: { name }, spec: { hubAcceptsClient: true } };
}

function addOnConfig(name: string): KubeObject {
  const off = { enabled: false };
  const spec = { applicationManager: off, certPolicyController: off, iamPolicyController: off, policyController: { enabled: true }, searchCollector: off };
  return { apiVersion: 'agent.open-cluster-management.io/v1', kind: 'KlusterletAddonConfig', metadata: { name, namespace: name }, spec };
}

async function conditions(name: string): Promise<readonly string[]> {
  return summaryOf((await hub.kube.get({ ...MANAGED_CLUSTER, name }))!);
}

/** With the reason where it is not simply so. */
function summaryOf(object: KubeObject): readonly string[] {
  return conditionsOf(object).map(({ type, status, reason }) => (status === 'True' ? `${type} True` : `${type} ${status} ${reason}`));
}

async function names(kind: { apiVersion: string; kind: string }, namespace: string): Promise<readonly string[]> {
  return (await hub.kube.list({ ...kind, namespace })).items.map(({ metadata }) => metadata.name).toSorted();
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
