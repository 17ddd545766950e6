import type { Condition, KubeObject } from '../../kube/objects.ts';

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
