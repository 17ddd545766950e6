import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import { conditionOf } from '../../src/rehearsal/controllers/conditions.ts';
import { talmControllers } from '../../src/rehearsal/controllers/talm/talm-controllers.ts';
import { upgradeOf, type UpgradeSpec, type UpgradeStatus } from '../../src/rehearsal/controllers/talm/upgrade.ts';
import { startHub, type HubHarness } from '../../src/rehearsal/replay/start-hub.ts';
import { playPolicies, type TalmAction } from '../../src/rehearsal/replay/talm/play-policies.ts';

// What the recordings do not show; the expectations are the operator's own (reference/ztp.md §2.10).

const UPGRADE = { apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' } as const;
const MINUTE_MS = 60_000;

test('with batchTimeoutAction Abort a late batch ends the roll-out', async (t) => {
  const hub = await hubWith(t, {
    clusters: ['spoke1', 'spoke2'],
    managedPolicies: ['plain'],
    batchTimeoutAction: 'Abort',
    remediationStrategy: { maxConcurrency: 1, timeout: 11 },
  });
  await hub.rest(11 * MINUTE_MS);
  const { conditions, clusters, status } = await hub.status();
  assert.deepEqual(clusters, [{ name: 'spoke1', state: 'timedout', currentPolicy: { name: 'plain', status: 'NonCompliant' } }]);
  for (const type of ['Progressing', 'Succeeded']) assert.equal(conditionOf(conditions, type)?.message, 'Policy remediation took too long on some clusters');
  assert.notEqual(status.completedAt, undefined);
});

test('a policy with a soak time holds its clusters back until it has been compliant for long enough', async (t) => {
  const hub = await hubWith(t, { clusters: ['spoke1'], managedPolicies: ['soaking'], remediationStrategy: { maxConcurrency: 1, timeout: 240 } });
  await hub.act({ action: 'compliance changes', policy: 'soaking', cluster: 'spoke1', value: 'Compliant' });
  await hub.rest(50_000);
  assert.equal(conditionOf((await hub.status()).conditions, 'Progressing')?.reason, 'InProgress');
  await hub.rest(60_000);
  assert.equal(conditionOf((await hub.status()).conditions, 'Succeeded')?.reason, 'Completed');
});

test('selectors choose clusters, afterCompletion changes them, and deleteObjects false leaves the placements', async (t) => {
  const hub = await hubWith(t, {
    clusterLabelSelectors: [{ matchExpressions: [{ key: 'name', operator: 'NotIn', values: ['spoke1'] }] }],
    managedPolicies: ['plain'],
    remediationStrategy: { maxConcurrency: 5, timeout: 240 },
    actions: { afterCompletion: { addClusterAnnotations: { upgraded: 'yes' }, removeClusterLabels: ['old'], deleteObjects: false } },
  });
  assert.deepEqual((await hub.status()).remediationPlan, [['spoke2']]);
  await hub.act({ action: 'compliance changes', policy: 'plain', cluster: 'spoke2', value: 'Compliant' });
  await hub.rest(5000);
  const { placements, conditions } = await hub.status();
  assert.equal(conditionOf(conditions, 'Succeeded')?.status, 'True');
  assert.equal(placements?.length, 1);
  const { metadata } = (await hub.kube.get({ apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster', name: 'spoke2' }))!;
  assert.deepEqual([metadata.annotations?.['upgraded'], metadata.labels?.['old']], ['yes', undefined]);
  await hub.kube.delete({ ...UPGRADE, namespace: 'default', name: 'cgu' });
  await hub.rest(5000);
  assert.deepEqual((await hub.kube.list({ apiVersion: 'cluster.open-cluster-management.io/v1beta1', kind: 'Placement' })).items, []);
});

const strategy = { maxConcurrency: 1, timeout: 240 };
const refused: readonly [string, UpgradeSpec, string, string, string][] = [
  [
    'a canary outside the list',
    { clusters: ['spoke1'], remediationStrategy: { ...strategy, canaries: ['spoke2'] } },
    'ClustersSelected',
    'ClusterNotFound',
    'Unable to select clusters: canary cluster spoke2 is not in the list of clusters',
  ],
  [
    'no clusters at all',
    { remediationStrategy: strategy },
    'ClustersSelected',
    'ClusterNotFound',
    'Unable to select clusters: cannot obtain all the details about the clusters in the CR: no cluster specified for remediation',
  ],
  [
    'a dependency that comes later',
    { clusters: ['spoke1'], managedPolicies: ['dependent', 'plain'], remediationStrategy: strategy },
    'Validated',
    'UnresolvableDenpendency',
    'Managed Policy dependent depends on plain, which is to be remediated later',
  ],
  [
    'policies that do not exist',
    { clusters: ['spoke1'], managedPolicies: ['a', 'plain', 'b'], remediationStrategy: strategy },
    'Validated',
    'NotAllManagedPoliciesExist',
    'Missing managed policies: [a b] ',
  ],
];
for (const [what, spec, type, reason, message] of refused)
  test(`a roll-out with ${what} says so and does not begin`, async (t) => {
    const { conditions } = await (await hubWith(t, spec)).status();
    const found = conditionOf(conditions, type);
    assert.deepEqual([found?.status, found?.reason, found?.message], ['False', reason, message]);
    assert.equal(conditionOf(conditions, 'Progressing'), undefined);
  });

interface Rollout {
  readonly kube: HubHarness['kube'];
  readonly act: (action: TalmAction) => Promise<void>;
  readonly rest: (ms: number) => Promise<void>;
  readonly status: () => Promise<UpgradeStatus>;
}

/** Two clusters that are done with their installation, three policies they are not compliant with, and a roll-out under way. */
async function hubWith(t: TestContext, spec: UpgradeSpec): Promise<Rollout> {
  const hub = await startHub();
  t.after(() => hub.close());
  await hub.run((deps, cache) => talmControllers(deps, cache));
  const clusters = ['spoke1', 'spoke2'];
  const inputs: KubeObject[] = [
    ...clusters.map((name) => ({
      apiVersion: 'cluster.open-cluster-management.io/v1',
      kind: 'ManagedCluster',
      metadata: { name, labels: { name, old: '', 'ztp-done': '' } },
      spec: { hubAcceptsClient: true },
    })),
    policy('plain', {}, []),
    policy('soaking', { 'ran.openshift.io/soak-seconds': '60' }, []),
    policy('dependent', {}, [
      { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy', name: 'plain', namespace: 'ztp-common', compliance: 'Compliant' },
    ]),
    { ...UPGRADE, metadata: { name: 'cgu', namespace: 'default' }, spec },
  ];
  const act = playPolicies(hub.kube, inputs);
  for (const object of clusters) await act({ action: 'create', kind: 'ManagedCluster', object });
  const compliance = Object.fromEntries(clusters.map((name) => [name, 'NonCompliant']));
  for (const name of ['plain', 'soaking', 'dependent']) await act({ action: 'policy exists and is placed', policy: name, compliance });
  const rest = (ms: number): Promise<void> => hub.later(ms, () => Promise.resolve());
  await rest(1000);
  await act({ action: 'create', kind: 'ClusterGroupUpgrade', object: 'cgu' });
  await rest(5000);
  return {
    kube: hub.kube,
    act,
    rest,
    status: async () => upgradeOf((await hub.kube.get({ ...UPGRADE, namespace: 'default', name: 'cgu' }))!).status,
  };
}

function policy(name: string, annotations: Readonly<Record<string, string>>, dependencies: readonly object[]): KubeObject {
  const objectDefinition = {
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'ConfigurationPolicy',
    metadata: { name },
    spec: { 'object-templates': [] },
  };
  return {
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'Policy',
    metadata: { name, namespace: 'ztp-common', annotations },
    spec: { disabled: false, remediationAction: 'inform', dependencies, 'policy-templates': [{ objectDefinition }] },
  };
}
