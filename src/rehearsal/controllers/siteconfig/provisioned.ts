import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { conditionOf, rfc3339Seconds, withConditions } from '../conditions.ts';
import type { InstanceStatus } from '../../../render/siteconfig/instance-status.ts';

const COPIED = ['ClusterInstallRequirementsMet', 'ClusterInstallCompleted', 'ClusterInstallFailed', 'ClusterInstallStopped'];

/**
 * What a ClusterDeployment says about a ClusterInstance's progress (reference/ztp.md §2.2 and §3.5.13).
 *
 * Provisioned moves only on what hive says plainly; anything else leaves it as it was.
 */
export function followDeployment(status: InstanceStatus, deployment: KubeObject, nowMs: number): InstanceStatus {
  const conditions = (deployment['status'] as { conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
  const installed = (deployment['spec'] as { installed?: boolean } | undefined)?.installed === true;
  const provisioned = provisionedFrom(conditions, installed) ?? (conditionOf(status.conditions, 'Provisioned') ? undefined : WAITING);
  const before = (status.deploymentConditions ?? []) as readonly Condition[];
  return {
    ...status,
    clusterDeploymentRef: { name: deployment.metadata.name },
    deploymentConditions: COPIED.map((type) => conditionOf(conditions, type) ?? unknown(type, conditionOf(before, type), nowMs)),
    conditions: withConditions(status.conditions, provisioned ? [{ type: 'Provisioned', ...provisioned }] : [], nowMs),
  };
}

type Provisioned = Pick<Condition, 'status' | 'reason' | 'message'>;

const WAITING: Provisioned = { status: 'Unknown', reason: 'Unknown', message: 'Waiting for provisioning to start' };

function provisionedFrom(conditions: readonly Condition[], installed: boolean): Provisioned | undefined {
  const [completed, failed, stopped] = COPIED.slice(1).map((type) => conditionOf(conditions, type)?.status);
  const complete = completed !== undefined && failed !== undefined && stopped !== undefined;
  if (installed && complete) return { status: 'True', reason: 'Completed', message: 'Provisioning completed' };
  if (installed) return { status: 'True', reason: 'Completed', message: 'Cluster is installed (detected from ClusterDeployment Spec.Installed=true)' };
  if (!complete) return undefined;
  if (stopped === 'False') return { status: 'False', reason: 'InProgress', message: 'Provisioning cluster' };
  if (stopped === 'True' && failed === 'True') return { status: 'False', reason: 'Failed', message: 'Provisioning failed' };
  return undefined;
}

function unknown(type: string, before: Condition | undefined, nowMs: number): Condition & { readonly lastProbeTime: string } {
  const time = before?.status === 'Unknown' ? (before.lastTransitionTime ?? rfc3339Seconds(nowMs)) : rfc3339Seconds(nowMs);
  return { type, status: 'Unknown', reason: 'Unknown', message: 'Unknown', lastProbeTime: time, lastTransitionTime: time };
}
