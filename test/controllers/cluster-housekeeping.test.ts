import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject, OwnerReference } from '../../src/kube/objects.ts';
import { clusterControllers } from '../../src/rehearsal/controllers/cluster/cluster-controllers.ts';
import { startHub, type HubHarness } from '../../src/rehearsal/replay/start-hub.ts';

let hub: HubHarness;
before(async () => {
  hub = await startHub();
  await hub.run(clusterControllers);
});
after(() => hub.close());

const later = <T>(ms: number, act: () => Promise<T>): Promise<T> => hub.later(ms, act);

test('a deleted namespace shows what holds it, and goes when nothing does', async () => {
  await hub.kube.create(namespace('held'));
  await hub.kube.create(secret('held', 'plain', {}));
  await hub.kube.create(secret('held', 'kept', { finalizers: ['lab.test/keep'] }));
  await hub.kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'held' });
  const held = await later(60_000, () => hub.kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'held' }));
  const status = held?.['status'] as { phase: string; conditions: { type: string; status: string; message: string }[] };
  assert.equal(status.phase, 'Terminating');
  assert.deepEqual(
    status.conditions.filter((one) => one.status === 'True').map(({ type, message }) => [type, message]),
    [
      ['NamespaceContentRemaining', 'Some resources are remaining: secrets. has 1 resource instances'],
      ['NamespaceFinalizersRemaining', 'Some content in the namespace has finalizers remaining: lab.test/keep in 1 resource instances'],
    ],
  );
  await hub.kube.patch({ apiVersion: 'v1', kind: 'Secret', namespace: 'held', name: 'kept' }, { metadata: { finalizers: null } }, { type: 'merge' });
  assert.equal(await later(10_000, () => hub.kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'held' })), undefined);
});

test('what a deleted object owned goes with it, but not what somebody else owns too', async () => {
  await hub.kube.create(namespace('owned'));
  const one = await hub.kube.create(secret('owned', 'one', {}));
  const two = await hub.kube.create(secret('owned', 'two', {}));
  await hub.kube.create(secret('owned', 'of-one', { ownerReferences: [owner(one)] }));
  await hub.kube.create(secret('owned', 'of-both', { ownerReferences: [owner(one), owner(two)] }));
  await hub.kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'owned', name: 'one' });
  assert.deepEqual(await later(1000, () => secrets('owned')), ['of-both', 'two']);
  await hub.kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'owned', name: 'two' });
  assert.deepEqual(await later(1000, () => secrets('owned')), []);
});

test('an owner deleted in the foreground stays until its dependents have gone', async () => {
  await hub.kube.create(namespace('foreground'));
  const parent = await hub.kube.create(secret('foreground', 'parent', {}));
  await hub.kube.create(secret('foreground', 'child', { ownerReferences: [{ ...owner(parent), blockOwnerDeletion: true }], finalizers: ['lab.test/keep'] }));
  await hub.kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'foreground', name: 'parent' }, { propagationPolicy: 'Foreground' });
  assert.deepEqual(await later(1000, () => secrets('foreground')), ['child', 'parent']);
  await hub.kube.patch({ apiVersion: 'v1', kind: 'Secret', namespace: 'foreground', name: 'child' }, { metadata: { finalizers: null } }, { type: 'merge' });
  assert.deepEqual(await later(1000, () => secrets('foreground')), []);
});

test('the fault stuck-finalizer holds the first install of its cluster, and no other', async (t) => {
  const spent = new Set<string>();
  const faults = {
    hits: (fault: string, cluster: string) => fault === 'stuck-finalizer' && cluster === 'sno1' && !spent.has(cluster),
    spend: (_: string, cluster: string) => void spent.add(cluster),
  };
  const faulty = await startHub({ faults });
  t.after(() => faulty.close());
  await faulty.run(clusterControllers);
  const install = (name: string): KubeObject => ({
    apiVersion: 'extensions.hive.openshift.io/v1beta1',
    kind: 'AgentClusterInstall',
    metadata: { name, namespace: name },
    spec: { clusterDeploymentRef: { name }, networking: {}, provisionRequirements: { controlPlaneAgents: 1 } },
  });
  for (const name of ['sno1', 'sno2']) {
    await faulty.kube.create(namespace(name));
    await faulty.kube.create(install(name));
  }
  await faulty.at(1000, async () => {
    for (const name of ['sno1', 'sno2']) await faulty.kube.delete({ ...install(name), namespace: name, name });
  });
  const { items } = await faulty.at(60_000, () => faulty.kube.list({ apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' }));
  assert.deepEqual(
    items.map(({ metadata }) => [metadata.name, metadata.finalizers]),
    [['sno1', ['labwright.dev/stuck']]],
  );
});

async function secrets(namespace: string): Promise<readonly string[]> {
  const { items } = await hub.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace });
  return items.map(({ metadata }) => metadata.name).toSorted();
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function secret(namespace: string, name: string, metadata: Partial<KubeObject['metadata']>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, name, namespace } };
}

function owner({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid! };
}
