import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { aciSpec, deploymentSpec, type ClusterMetadata } from '../assisted/aci-objects.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT } from '../assisted/kinds.ts';
import { at, equal } from '../assisted/write-objects.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { clusterDeploymentConditions } from './cluster-deployment-conditions.ts';

interface Status {
  readonly conditions?: readonly Condition[];
  readonly installedTimestamp?: string;
}

const HIVE = { fieldManager: 'hive' } as const;

/**
 * ClusterDeployment: conditions copied from the AgentClusterInstall, its metadata once it is complete, and `spec.installed`
 * in a write of its own after the status (reference/ztp.md §2.4).
 */
export function clusterDeploymentController({ kube, clock }: HubDeps): Controller {
  return {
    name: 'hive/clusterdeployments',
    watches: [
      { kind: CLUSTER_DEPLOYMENT },
      {
        kind: AGENT_CLUSTER_INSTALL,
        keysOf: (aci) => [{ namespace: aci.metadata.namespace, name: aciSpec(aci).clusterDeploymentRef?.name ?? aci.metadata.name }],
      },
    ],
    async reconcile(key, signal) {
      const cd = await kube.get(at(CLUSTER_DEPLOYMENT, key.namespace, key.name), signal);
      if (!cd || cd.metadata.deletionTimestamp !== undefined) return;
      const { clusterInstallRef, installed } = deploymentSpec(cd);
      if (clusterInstallRef?.kind !== AGENT_CLUSTER_INSTALL.kind || clusterInstallRef.name === undefined) return;
      const aci = await kube.get(at(AGENT_CLUSTER_INSTALL, key.namespace, clusterInstallRef.name), signal);
      const install = ((aci?.['status'] ?? {}) as Status).conditions ?? [];
      const withMetadata = await copyMetadata(cd, aci && aciSpec(aci).clusterMetadata, signal);
      const done = isTrue(install, 'Completed') && isTrue(install, 'Stopped');
      const after = await writeStatus(withMetadata, clusterDeploymentConditions(install, installed === true), done, signal);
      if (done && deploymentSpec(after).installed !== true)
        await kube.patch(at(CLUSTER_DEPLOYMENT, key.namespace, key.name), { spec: { installed: true } }, { ...HIVE, type: 'merge' }, signal);
    },
  };

  async function copyMetadata(cd: KubeObject, metadata: ClusterMetadata | undefined, signal: AbortSignal): Promise<KubeObject> {
    const complete = metadata?.infraID && metadata.clusterID && metadata.adminKubeconfigSecretRef?.name && metadata.adminPasswordSecretRef?.name;
    if (!complete || equal(deploymentSpec(cd).clusterMetadata, metadata)) return cd;
    return kube.patch(
      at(CLUSTER_DEPLOYMENT, cd.metadata.namespace, cd.metadata.name),
      { spec: { clusterMetadata: metadata } },
      { ...HIVE, type: 'merge' },
      signal,
    );
  }

  async function writeStatus(cd: KubeObject, given: ReturnType<typeof clusterDeploymentConditions>, done: boolean, signal: AbortSignal): Promise<KubeObject> {
    const before = (cd['status'] ?? {}) as Status;
    const conditions = withConditions(before.conditions, given, clock.now()).map((one) => ({ lastProbeTime: one.lastTransitionTime, ...one }));
    const status = { ...before, conditions, ...(done ? { installedTimestamp: before.installedTimestamp ?? rfc3339Seconds(clock.now()) } : {}) };
    return equal(before, status) ? cd : kube.update({ ...cd, status }, { ...HIVE, subresource: 'status' }, signal);
  }
}

function isTrue(conditions: readonly Condition[], type: string): boolean {
  return conditions.some((one) => one.type === type && one.status === 'True');
}
