import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf, conditionsOf } from '../../src/hub/read-object.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { startMachineWorld, type MachineWorld } from './assisted-world.ts';

const NAME = 'sno1';
const INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance', namespace: NAME, name: NAME };
const INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall', namespace: NAME, name: NAME };
const DEPLOYMENT = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment', namespace: NAME, name: NAME };
const MANAGED_CLUSTER = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster', name: NAME };
const HOST = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost', namespace: NAME, name: `${NAME}-0.lab.test` };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: NAME };

test('a spoke is held, installed, imported, detached with its power on, and installed again', async (t) => {
  const world = await startMachineWorld(t, ['server-a'], undefined, true);
  const { kube } = world.hub;

  await createInputs(world);
  await kube.create(clusterInstance('install/create', true));
  await world.until('held', 40, async () => conditionOf(await kube.get(INSTALL), 'Completed')?.reason === 'InstallationOnHold');
  assert.deepEqual(stages(await kube.get(INSTANCE)), [
    'ClusterInstanceValidated',
    'RenderedTemplates',
    'RenderedTemplatesValidated',
    'RenderedTemplatesApplied',
  ]);
  await kube.patch(INSTANCE, { spec: { holdInstallation: false } }, { type: 'merge' });
  await world.until('provisioned', 90, async () => conditionOf(await kube.get(INSTANCE), 'Provisioned')?.status === 'True');
  await world.until('imported', 5, () => isUsable(world));
  const first = await kube.get(DEPLOYMENT);
  assert.equal((await kube.get(HOST))?.metadata.annotations?.['baremetalhost.metal3.io/detached'] === undefined, false);

  const powerBefore = world.machines.powerLog.length;
  await kube.delete(MANAGED_CLUSTER);
  await world.until('detached', 3, async () => (await kube.get(MANAGED_CLUSTER)) === undefined);
  await kube.delete(INSTANCE);
  await world.until('cleaned up', 5, async () => (await kube.get(INSTANCE)) === undefined);
  await world.until('namespace gone', 2, async () => (await kube.get(NAMESPACE)) === undefined);
  assert.deepEqual(world.machines.powerLog.slice(powerBefore), []);
  assert.equal(world.machines.byName('server-a')?.power(), 'On');

  await createInputs(world);
  await kube.create(clusterInstance('again/create', false));
  await world.until('provisioned again', 130, async () => conditionOf(await kube.get(INSTANCE), 'Provisioned')?.status === 'True');
  await world.until('imported again', 5, () => isUsable(world));
  assert.notEqual((await kube.get(DEPLOYMENT))?.metadata.uid, first?.metadata.uid);
  assert.deepEqual(new Set(world.machines.powerLog.slice(powerBefore).map(({ cause }) => cause)), new Set(['again/create']));
  assert.deepEqual(world.hub.log, []);
});

async function isUsable({ hub }: MachineWorld): Promise<boolean> {
  const cluster = await hub.kube.get(MANAGED_CLUSTER);
  const types = ['HubAcceptedManagedCluster', 'ManagedClusterJoined', 'ManagedClusterConditionAvailable', 'ManagedClusterImportSucceeded'];
  return types.every((type) => conditionOf(cluster, type)?.status === 'True');
}

function stages(object: KubeObject | undefined): readonly string[] {
  return conditionsOf(object)
    .filter(({ status }) => status === 'True')
    .map(({ type }) => type);
}

/** What the product puts there before the ClusterInstance; some of it is there already the second time. */
async function createInputs({ hub }: MachineWorld): Promise<void> {
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const inputs: KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } },
    {
      apiVersion: 'hive.openshift.io/v1',
      kind: 'ClusterImageSet',
      metadata: { name: 'img-4.18.10' },
      spec: { releaseImage: 'quay.example.com/ocp/release:4.18.10-x86_64' },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull-secret', namespace: NAME },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': encoded('{"auths":{"quay.example.com":{"auth":"eDp5"}}}') },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${NAME}-0-bmc`, namespace: NAME },
      data: { username: encoded('admin'), password: encoded('password') },
    },
  ];
  for (const { apiVersion, kind, metadata, ...rest } of inputs)
    if (!(await hub.kube.get({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name })))
      await hub.kube.create({ apiVersion, kind, metadata, ...rest });
}

function clusterInstance(step: string, holdInstallation: boolean): KubeObject {
  const templates = (name: string): readonly object[] => [{ name, namespace: 'open-cluster-management' }];
  return {
    apiVersion: INSTANCE.apiVersion,
    kind: INSTANCE.kind,
    metadata: { name: NAME, namespace: NAME },
    spec: {
      clusterName: NAME,
      baseDomain: 'lab.test',
      clusterType: 'SNO',
      clusterImageSetNameRef: 'img-4.18.10',
      pullSecretRef: { name: 'pull-secret' },
      sshPublicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJlY29yZGluZ2tleXJlY29yZGluZ2tleXJlY29yZGlu user@example.com',
      holdInstallation,
      machineNetwork: [{ cidr: '192.168.111.0/24' }],
      clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
      serviceNetwork: [{ cidr: '172.30.0.0/16' }],
      extraAnnotations: { BareMetalHost: { 'labwright.dev/step': step } },
      templateRefs: templates('ai-cluster-templates-v1'),
      nodes: [
        {
          hostName: HOST.name,
          bmcAddress: 'redfish-virtualmedia+http://bmc/redfish/v1/Systems/00000000-0000-4000-8000-000000000000',
          bmcCredentialsName: { name: `${NAME}-0-bmc` },
          bootMACAddress: '52:54:00:11:00:00',
          ironicInspect: 'disabled',
          templateRefs: templates('ai-node-templates-v1'),
        },
      ],
    },
  };
}
