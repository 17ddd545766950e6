import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterInstanceSpec } from './cluster-instance.ts';
import { renderTemplates } from './render-templates.ts';

const node = {
  hostName: 'n0',
  bmcAddress: 'redfish+https://bmc/1',
  bmcCredentialsName: { name: 'n0-bmc' },
  bootMACAddress: '52:54:00:00:00:01',
  role: 'master',
};
const spec = {
  clusterName: 'sno1',
  baseDomain: 'lab.test',
  clusterType: 'SNO',
  clusterImageSetNameRef: 'img',
  pullSecretRef: { name: 'pull' },
  clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
  nodes: [node],
};

function render(changes: object): ReturnType<typeof renderTemplates> {
  const object = { apiVersion: 'v', kind: 'ClusterInstance', metadata: { name: 'sno1', namespace: 'sno1' }, spec: { ...spec, ...changes } };
  return renderTemplates({ namespace: 'sno1', name: 'sno1' }, clusterInstanceSpec(object));
}

test('objects come in waves, and in order of kind inside a wave', () => {
  assert.deepEqual(
    render({}).map(({ object }) => object.kind),
    ['AgentClusterInstall', 'ClusterDeployment', 'InfraEnv', 'KlusterletAddonConfig', 'ManagedCluster', 'BareMetalHost'],
  );
});

test('a node map for a kind replaces the cluster map, an empty one does not', () => {
  const labels = (extraLabels: object): unknown =>
    render({ extraLabels: { InfraEnv: { from: 'cluster' } }, nodes: [{ ...node, extraLabels }] }).find(({ object }) => object.kind === 'InfraEnv')?.object
      .metadata.labels;
  assert.deepEqual(labels({ InfraEnv: { own: 'x' } }), { 'siteconfig.open-cluster-management.io/owned-by': 'sno1_sno1', own: 'x' });
  assert.deepEqual(labels({ InfraEnv: {} }), { 'siteconfig.open-cluster-management.io/owned-by': 'sno1_sno1', from: 'cluster' });
});

test('a worker added to a single node never changes the agent counts', () => {
  const install = render({ nodes: [node, { ...node, hostName: 'n1', role: 'worker' }] })[0]?.object['spec'] as Record<string, unknown>;
  assert.deepEqual(install['provisionRequirements'], { controlPlaneAgents: 1, workerAgents: 0, arbiterAgents: 0 });
});

test('an apostrophe in the overrides ends the quoted text of the template', () => {
  assert.throws(() => render({ installConfigOverrides: `{"a":"it's"}` }), /^Error: failed to unmarshal YAML: yaml: line 7: did not find expected key$/);
});

test('a pruned kind is told from a suppressed one', () => {
  const fates = render({
    suppressedManifests: ['ManagedCluster'],
    nodes: [{ ...node, pruneManifests: [{ apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' }] }],
  });
  assert.deepEqual(
    fates.map(({ fate }) => fate),
    ['applied', 'applied', 'applied', 'applied', 'suppressed', 'pruned'],
  );
});
