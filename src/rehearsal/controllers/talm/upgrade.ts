import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { withConditions } from '../conditions.ts';
import type { LabelSelector } from '../../../kube/matches-selector.ts';

/** What a ClusterGroupUpgrade asks for; its definition has checked the types and set the defaults. */
export interface UpgradeSpec {
  readonly clusters?: readonly string[];
  /** Deprecated: `key=value`. */
  readonly clusterSelector?: readonly string[];
  readonly clusterLabelSelectors?: readonly LabelSelector[];
  readonly managedPolicies?: readonly string[];
  readonly manifestWorkTemplates?: readonly string[];
  readonly enable?: boolean;
  readonly backup?: boolean;
  readonly preCaching?: boolean;
  readonly batchTimeoutAction?: string;
  readonly blockingCRs?: readonly { readonly name: string; readonly namespace: string }[];
  /** `timeout` in minutes. */
  readonly remediationStrategy: { readonly maxConcurrency: number; readonly timeout: number; readonly canaries?: readonly string[] };
  readonly actions?: { readonly beforeEnable?: ClusterChanges; readonly afterCompletion?: ClusterChanges & { readonly deleteObjects?: boolean } };
}

export interface ClusterChanges {
  readonly addClusterLabels?: Readonly<Record<string, string>>;
  readonly addClusterAnnotations?: Readonly<Record<string, string>>;
  /** Deprecated form of the next one. */
  readonly deleteClusterLabels?: Readonly<Record<string, string>>;
  readonly removeClusterLabels?: readonly string[];
  readonly removeClusterAnnotations?: readonly string[];
}

export interface PolicyRef {
  readonly name: string;
  readonly namespace: string;
}

export interface Progress {
  readonly state: 'NotStarted' | 'InProgress' | 'Completed';
  readonly policyIndex?: number;
  readonly firstCompliantAt?: string;
}

export interface ClusterState {
  readonly name: string;
  readonly state: 'complete' | 'timedout';
  readonly currentPolicy?: { readonly name: string; readonly status: string };
}

/** The status as one turn of the controller works on it; it is written at the turn's end. */
export interface UpgradeStatus {
  conditions?: readonly Condition[];
  clusters?: readonly ClusterState[];
  computedMaxConcurrency?: number;
  managedPoliciesForUpgrade?: readonly PolicyRef[];
  managedPoliciesCompliantBeforeUpgrade?: readonly string[];
  managedPoliciesNs?: Readonly<Record<string, string>>;
  placements?: readonly string[];
  placementBindings?: readonly string[];
  safeResourceNames?: Readonly<Record<string, string>>;
  remediationPlan?: readonly (readonly string[])[];
  status: {
    startedAt?: string;
    completedAt?: string;
    currentBatch?: number;
    currentBatchStartedAt?: string;
    currentBatchRemediationProgress?: Readonly<Record<string, Progress>>;
  };
}

/** A ClusterGroupUpgrade in one turn of the controller. */
export interface Upgrade {
  readonly object: KubeObject;
  readonly spec: UpgradeSpec;
  readonly status: UpgradeStatus;
}

export function upgradeOf(object: KubeObject): Upgrade {
  const status = structuredClone((object['status'] ?? {}) as Partial<UpgradeStatus>);
  return { object, spec: object['spec'] as UpgradeSpec, status: { ...status, status: status.status ?? {} } };
}

export function setCondition(upgrade: Upgrade, type: string, status: 'True' | 'False', reason: string, message: string, nowMs: number): void {
  upgrade.status.conditions = withConditions(upgrade.status.conditions, [{ type, status, reason, message }], nowMs);
}

/** Both conditions that tell the end. */
export function setTimedOut(upgrade: Upgrade, where: '' | ' on canary clusters' | ' on some clusters', nowMs: number): void {
  for (const type of ['Progressing', 'Succeeded']) setCondition(upgrade, type, 'False', 'TimedOut', `Policy remediation took too long${where}`, nowMs);
}

/** Whether placements and bindings go when the roll-out is over. */
export function deletesObjects({ spec }: Upgrade): boolean {
  return spec.actions?.afterCompletion?.deleteObjects !== false;
}
