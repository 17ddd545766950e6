import { VOLUMES } from '../../hub/hub-preparation/prepare-hub.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';

const condition = (type: string, reason: string, message: string): object => ({
  type,
  status: 'True',
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

/** What a preparation leaves on a hub (reference/ztp.md §1.2), on one that was prepared before the story begins. */
export function preparedHub(): readonly KubeObject[] {
  return [
    {
      apiVersion: 'operator.open-cluster-management.io/v1',
      kind: 'MultiClusterHub',
      metadata: { name: 'multiclusterhub', namespace: 'open-cluster-management' },
      spec: { overrides: { components: [{ name: 'siteconfig', enabled: true }] } },
      status: { phase: 'Running' },
    },
    {
      apiVersion: 'metal3.io/v1alpha1',
      kind: 'Provisioning',
      metadata: { name: 'provisioning-configuration' },
      spec: { provisioningNetwork: 'Disabled', watchAllNamespaces: true },
    },
    {
      apiVersion: 'agent-install.openshift.io/v1beta1',
      kind: 'AgentServiceConfig',
      metadata: { name: 'agent' },
      spec: VOLUMES,
      status: {
        conditions: [
          condition('ReconcileCompleted', 'ReconcileSucceeded', 'AgentServiceConfig reconcile completed without error.'),
          condition('DeploymentsHealthy', 'DeploymentSucceeded', 'All the deployments managed by Infrastructure-operator are healthy.'),
        ],
      },
    },
  ];
}

export async function createWithStatus(kube: KubeClient, { status, ...object }: KubeObject): Promise<void> {
  const created = await kube.create(object);
  if (status !== undefined) await kube.update({ ...created, status }, { subresource: 'status' });
}
