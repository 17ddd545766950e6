import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { conditionOf, withConditions } from '../conditions.ts';
import type { InstanceStatus } from '../../../render/siteconfig/instance-status.ts';
import { completed, failed, inProgress } from './reinstall-conditions.ts';

const GRACE_MS = 300_000;
export const LOOK_AGAIN_MS = 60_000;
const HEALTHY = ['ManagedClusterConditionAvailable', 'ManagedClusterJoined', 'ManagedClusterImportSucceeded'];

/** Whether a reinstalled cluster has been installed again, and its management is not settled yet. */
export function awaitsReimport({ reinstall, conditions }: InstanceStatus, deployment: KubeObject): boolean {
  const installed = (deployment['spec'] as { installed?: boolean } | undefined)?.installed === true;
  const reimported = conditionOf(reinstall?.conditions, 'ReinstallClusterReimported');
  const settled = reimported?.status === 'True' || reimported?.reason === 'Failed';
  return installed && reinstall?.observedGeneration !== undefined && !settled && conditionOf(conditions, 'Provisioned')?.status === 'True';
}

/**
 * Shows whether the hub manages a reinstalled cluster again.
 *
 * The real operator brings the klusterlet itself when the grace has passed; here the import controller does (docs/differences.md).
 */
export function followReimport(status: InstanceStatus, managedCluster: KubeObject | undefined, nowMs: number): InstanceStatus {
  const conditions = (managedCluster?.['status'] as { conditions?: readonly Condition[] } | undefined)?.conditions;
  const healthy = HEALTHY.every((type) => conditionOf(conditions, type)?.status === 'True');
  const sinceMs = Date.parse(conditionOf(status.conditions, 'Provisioned')?.lastTransitionTime ?? '');
  const leftMs = sinceMs + GRACE_MS - nowMs;
  const type = 'ReinstallClusterReimported';
  const waiting =
    leftMs > 0
      ? inProgress(type, `Cluster unhealthy, waiting for auto-recovery (${Math.ceil(leftMs / 1000)}s remaining)`)
      : failed(type, 'Cluster unhealthy after the grace period');
  const shown = healthy ? completed(type, 'Cluster is healthy') : waiting;
  return { ...status, reinstall: { ...status.reinstall, conditions: withConditions(status.reinstall?.conditions, [shown], nowMs) } };
}
