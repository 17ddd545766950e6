import type { Condition } from '../../../kube/objects.ts';
import { conditionOf, withConditions } from '../conditions.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';

const AGENT_SERVICE_CONFIG = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'AgentServiceConfig' } as const;
const STORAGE_CLASS = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' } as const;

/** assisted-service's own operator: reconciled at once where volumes can be had, its deployments healthy minutes later. */
export function agentServiceConfigController({ kube, clock, seed }: Pick<HubDeps, 'kube' | 'clock' | 'seed'>): Controller {
  return {
    name: 'assisted/agentserviceconfigs',
    watches: [{ kind: AGENT_SERVICE_CONFIG }],
    async reconcile({ name }, signal) {
      const config = await kube.get({ ...AGENT_SERVICE_CONFIG, name }, signal);
      const before = config?.['status'] as { readonly conditions?: readonly Condition[] } | undefined;
      if (config === undefined || conditionOf(before?.conditions, 'DeploymentsHealthy')?.status === 'True') return undefined;
      const { items: classes } = await kube.list(STORAGE_CLASS, signal);
      const sinceMs = clock.now() - Date.parse(config.metadata.creationTimestamp!);
      const dueMs = jitterMs(seed, `AgentServiceConfig/${name}`, 'healthy', 120_000, 240_000);
      const conditions = withConditions(before?.conditions, conditionsOf(classes.length > 0, sinceMs >= dueMs), clock.now());
      if (conditions !== before?.conditions) await kube.update({ ...config, status: { ...before, conditions } }, { subresource: 'status' }, signal);
      if (classes.length === 0) return { afterMs: 60_000, idle: true };
      return sinceMs < dueMs ? { afterMs: dueMs - sinceMs } : undefined;
    },
  };
}

function conditionsOf(hasStorage: boolean, isHealthy: boolean): readonly Omit<Condition, 'lastTransitionTime'>[] {
  const reconciled: Omit<Condition, 'lastTransitionTime'> = hasStorage
    ? { type: 'ReconcileCompleted', status: 'True', reason: 'ReconcileSucceeded', message: 'AgentServiceConfig reconcile completed without error.' }
    : { type: 'ReconcileCompleted', status: 'False', reason: 'StorageFailure', message: 'Failed to reconcile PVCs: there is no storage class' };
  const healthy = hasStorage && isHealthy;
  return [
    reconciled,
    {
      type: 'DeploymentsHealthy',
      status: healthy ? 'True' : 'False',
      reason: healthy ? 'DeploymentSucceeded' : 'DeploymentFailed',
      message: healthy ? 'All the deployments managed by Infrastructure-operator are healthy.' : 'Deployment assisted-service is not available',
    },
  ];
}
