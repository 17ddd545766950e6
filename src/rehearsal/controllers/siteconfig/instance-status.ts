import { isDeepStrictEqual } from 'node:util';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';

export type ManifestStatus = 'rendered' | 'failed' | 'validated' | 'suppressed' | 'deletion-in-progress' | 'deletion-failed' | 'deletion-attempt-timed-out';

/** One entry of `status.manifestsRendered`; `apiGroup` really holds group and version. */
export interface ManifestReference {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly syncWave: number;
  readonly status: ManifestStatus;
  readonly message?: string;
  readonly lastAppliedTime: string;
}

/** What the operator writes into a ClusterInstance (reference/ztp.md §2.2). */
export interface InstanceStatus {
  readonly conditions?: readonly Condition[];
  readonly deploymentConditions?: readonly unknown[];
  readonly clusterDeploymentRef?: { readonly name: string };
  readonly manifestsRendered?: readonly ManifestReference[];
  readonly observedGeneration?: number;
  readonly paused?: { readonly timeSet: string; readonly reason: string };
  readonly reinstall?: ReinstallStatus;
}

export interface ReinstallStatus {
  readonly inProgressGeneration?: string;
  readonly observedGeneration?: string;
  readonly requestStartTime?: string;
  readonly requestEndTime?: string;
  readonly history?: readonly {
    readonly generation: string;
    readonly requestStartTime: string;
    readonly requestEndTime: string;
    /** A JSON patch, as text. */
    readonly clusterInstanceSpecDiff: string;
  }[];
  readonly conditions?: readonly Condition[];
}

export function instanceStatus(instance: KubeObject): InstanceStatus {
  return instance['status'] ?? {};
}

/**
 * Writes a changed status; two controllers share it, so a conflict is tried again on what is there by then.
 *
 * @returns the object as stored, or `instance` when it is gone or nothing changed.
 */
export async function changeStatus(
  kube: KubeClient,
  instance: KubeObject,
  change: (status: InstanceStatus) => InstanceStatus,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { name, namespace } = instance.metadata;
  for (let current: KubeObject | undefined = instance; ;) {
    const before = instanceStatus(current);
    const status = change(before);
    if (isDeepStrictEqual(status, before)) return current;
    try {
      return await kube.update({ ...current, status }, { subresource: 'status' }, signal);
    } catch (error) {
      if (!isKubeApiError(error) || (error.status !== 409 && error.status !== 404)) throw error;
    }
    current = await kube.get({ apiVersion: instance.apiVersion, kind: instance.kind, namespace, name }, signal);
    if (current === undefined) return instance;
  }
}
