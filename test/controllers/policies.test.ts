import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { policyControllers } from '../../src/rehearsal/controllers/policy/policy-controllers.ts';
import { talmControllers } from '../../src/rehearsal/controllers/talm/talm-controllers.ts';
import { startHub, type HubHarness } from '../../src/rehearsal/replay/start-hub.ts';
import { playPolicies } from '../../src/rehearsal/replay/talm/play-policies.ts';

const POLICY = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy' } as const;
const CLUSTER = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' } as const;
const UPGRADE = { apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' } as const;
const cluster: KubeObject = { ...CLUSTER, metadata: { name: 'spoke1', labels: { name: 'spoke1', common: 'true' } }, spec: { hubAcceptsClient: true } };

test('a cluster that becomes available gets its policies enforced wave by wave, and is done', async (t) => {
  const hub = await hubWithPolicies(t);
  const act = playPolicies(hub.kube, [cluster]);
  await act({ action: 'create', kind: 'ManagedCluster', object: 'spoke1' });
  await hub.later(30_000, () => Promise.resolve());
  const copy = { ...POLICY, namespace: 'spoke1', name: 'ztp-common.first' };
  assert.equal((await hub.kube.get(copy))?.metadata.annotations?.['ran.openshift.io/ztp-deploy-wave'], '1');
  assert.deepEqual(verdicts(await hub.kube.get({ ...POLICY, namespace: 'ztp-common', name: 'first' })), [undefined]);

  await act({ action: 'managed cluster becomes available', cluster: 'spoke1' });
  const enforced: string[] = [];
  for (let second = 0; second < 300; second++) {
    await hub.later(1000, () => Promise.resolve());
    for (const one of await enforcedCopies(hub.kube)) if (!enforced.includes(one)) enforced.push(one);
  }
  assert.deepEqual(enforced, ['ztp-common.first', 'ztp-common.second']);
  assert.deepEqual((await hub.kube.get({ ...CLUSTER, name: 'spoke1' }))?.metadata.labels, { name: 'spoke1', common: 'true', 'ztp-done': '' });
  const upgrade = await hub.kube.get({ ...UPGRADE, namespace: 'ztp-install', name: 'spoke1' });
  assert.deepEqual((upgrade!['spec'] as { managedPolicies: unknown }).managedPolicies, ['first', 'second']);
  // What was enforced stays, though nobody enforces it any longer.
  assert.deepEqual(await enforcedCopies(hub.kube), []);
  for (const name of ['first', 'second']) assert.deepEqual(verdicts(await hub.kube.get({ ...POLICY, namespace: 'ztp-common', name })), ['Compliant']);
});

test('a policy leaves the clusters that its placement no longer selects', async (t) => {
  const hub = await hubWithPolicies(t);
  await playPolicies(hub.kube, [cluster])({ action: 'create', kind: 'ManagedCluster', object: 'spoke1' });
  await hub.later(5000, () => Promise.resolve());
  assert.equal((await hub.kube.list({ ...POLICY, namespace: 'spoke1' })).items.length, 2);
  await hub.kube.patch({ ...CLUSTER, name: 'spoke1' }, { metadata: { labels: { common: null } } }, { type: 'merge' });
  await hub.later(5000, () => Promise.resolve());
  assert.deepEqual((await hub.kube.list({ ...POLICY, namespace: 'spoke1' })).items, []);
  assert.equal(verdicts(await hub.kube.get({ ...POLICY, namespace: 'ztp-common', name: 'first' })), undefined);
});

/** Two inform policies of waves 1 and 2, in the other order of names, bound to every cluster labelled common=true. */
async function hubWithPolicies(t: TestContext): Promise<HubHarness> {
  const hub = await startHub();
  t.after(() => hub.close());
  await hub.run((deps, cache) => [...policyControllers(deps, cache), ...talmControllers(deps, cache)]);
  for (const name of ['ztp-common', 'spoke1']) await hub.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const template = {
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'ConfigurationPolicy',
    metadata: { name: 'x' },
    spec: { 'object-templates': [] },
  };
  const [second, first] = ['second', 'first'].map((name) => ({
    ...POLICY,
    metadata: { name, namespace: 'ztp-common', annotations: { 'ran.openshift.io/ztp-deploy-wave': name === 'first' ? '1' : '2' } },
    spec: { disabled: false, remediationAction: 'inform', 'policy-templates': [{ objectDefinition: template }] },
  }));
  await hub.kube.create(second!);
  await hub.kube.create(first!);
  await hub.kube.create({
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'Placement',
    metadata: { name: 'common', namespace: 'ztp-common' },
    spec: { predicates: [{ requiredClusterSelector: { labelSelector: { matchLabels: { common: 'true' } } } }] },
  });
  await hub.kube.create({
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'PlacementBinding',
    metadata: { name: 'common', namespace: 'ztp-common' },
    placementRef: { apiGroup: 'cluster.open-cluster-management.io', kind: 'Placement', name: 'common' },
    subjects: ['first', 'second'].map((name) => ({ apiGroup: 'policy.open-cluster-management.io', kind: 'Policy', name })),
  });
  return hub;
}

function verdicts(policy: KubeObject | undefined): readonly (string | undefined)[] | undefined {
  const { status } = (policy?.['status'] ?? {}) as { status?: readonly { compliant?: string }[] };
  return status?.map(({ compliant }) => compliant);
}

async function enforcedCopies(kube: KubeClient): Promise<readonly string[]> {
  const { items } = await kube.list({ ...POLICY, namespace: 'spoke1' });
  return items.filter(({ spec }) => (spec as { remediationAction: string }).remediationAction === 'enforce').map(({ metadata }) => metadata.name);
}
