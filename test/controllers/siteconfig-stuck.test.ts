import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, KubeObject } from '../../src/kube/objects.ts';
import { siteconfigControllers } from '../../src/rehearsal/controllers/siteconfig/siteconfig-controllers.ts';
import { startHub } from '../../src/rehearsal/replay/start-hub.ts';

const INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance', namespace: 'stuck', name: 'stuck' };
const INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall', namespace: 'stuck', name: 'stuck' };
const PAUSED = 'clusterinstance.siteconfig.open-cluster-management.io/paused';
const MINUTE_MS = 60_000;

test('after half an hour with a stuck object the operator pauses itself, and goes on when the pause is taken away', async (t) => {
  const hub = await startHub();
  t.after(() => hub.close());
  const { kube } = hub;
  await hub.run(siteconfigControllers);
  for (const input of inputs()) await kube.create(input);
  await hub.at(1000, () => kube.patch(INSTALL, { metadata: { finalizers: ['lab.test/keep'] } }, { type: 'merge' }));
  await kube.delete(INSTANCE);

  const late = await hub.at(40 * MINUTE_MS, () => kube.get(INSTANCE));
  const { conditions = [] } = (late?.['status'] ?? {}) as { conditions?: readonly Condition[] };
  const deleted = conditions.find(({ type }) => type === 'RenderedTemplatesDeleted');
  assert.deepEqual(
    [deleted?.status, deleted?.reason, deleted?.message],
    ['False', 'TimedOut', 'Timed out waiting for AgentClusterInstall stuck to be deleted'],
  );
  assert.equal(late?.metadata.annotations?.[PAUSED], '');

  await kube.patch(INSTALL, { metadata: { finalizers: null } }, { type: 'merge' });
  assert.ok(await hub.at(60 * MINUTE_MS, () => kube.get(INSTANCE)));
  await kube.patch(INSTANCE, { metadata: { annotations: { [PAUSED]: null } } }, { type: 'merge' });
  assert.equal(await hub.at(62 * MINUTE_MS, () => kube.get(INSTANCE)), undefined);
  assert.deepEqual(hub.log, []);
});

test('a template of the operator’s for another installation is refused by its name', async (t) => {
  const hub = await startHub();
  t.after(() => hub.close());
  const { kube } = hub;
  await hub.run(siteconfigControllers);
  const [namespace, ...rest] = inputs();
  await kube.create(namespace!);
  const instance = rest.pop()!;
  for (const input of rest) await kube.create(input);
  await kube.create({
    ...instance,
    spec: { ...(instance['spec'] as object), templateRefs: [{ name: 'hcp-cluster-templates-v1', namespace: 'open-cluster-management' }] },
  });
  const refused = await hub.at(1000, () => kube.get(INSTANCE));
  const { conditions = [] } = (refused?.['status'] ?? {}) as { conditions?: readonly Condition[] };
  assert.match(conditions.find(({ type }) => type === 'RenderedTemplates')?.message ?? '', /not open-cluster-management\/hcp-cluster-templates-v1$/);
});

/** The ClusterInstance comes last. */
function inputs(): KubeObject[] {
  const templates = (name: string): readonly object[] => [{ name, namespace: 'open-cluster-management' }];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'stuck' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull-secret', namespace: 'stuck' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bmc', namespace: 'stuck' } },
    { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet', metadata: { name: 'img' }, spec: { releaseImage: 'registry.test/release:4.20.3' } },
    {
      apiVersion: INSTANCE.apiVersion,
      kind: INSTANCE.kind,
      metadata: { name: 'stuck', namespace: 'stuck' },
      spec: {
        clusterName: 'stuck',
        baseDomain: 'lab.test',
        clusterType: 'SNO',
        clusterImageSetNameRef: 'img',
        pullSecretRef: { name: 'pull-secret' },
        machineNetwork: [{ cidr: '192.168.21.0/24' }],
        templateRefs: templates('ai-cluster-templates-v1'),
        nodes: [
          {
            hostName: 'stuck-0.lab.test',
            bmcAddress: 'redfish-virtualmedia+https://bmc.lab.test/redfish/v1/Systems/1',
            bmcCredentialsName: { name: 'bmc' },
            bootMACAddress: '52:54:00:21:00:00',
            templateRefs: templates('ai-node-templates-v1'),
          },
        ],
      },
    },
  ];
}
