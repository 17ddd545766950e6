import type { KubeObject } from '../../../kube/objects.ts';

export interface SourceKustomize {
  readonly namespace?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly patches?: readonly { readonly patch?: string; readonly path?: string; readonly target?: Readonly<Record<string, string>> }[];
  readonly [other: string]: unknown;
}

export interface Source {
  readonly repoURL: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly kustomize?: SourceKustomize;
  readonly [other: string]: unknown;
}

interface Retry {
  readonly limit?: number;
}

export interface ApplicationSpec {
  readonly project: string;
  readonly destination: { readonly server?: string; readonly name?: string; readonly namespace?: string };
  readonly source?: Source;
  readonly sources?: readonly Source[];
  readonly syncPolicy?: {
    readonly automated?: { readonly prune?: boolean; readonly selfHeal?: boolean; readonly enabled?: boolean };
    readonly syncOptions?: readonly string[];
    readonly retry?: Retry;
  };
  readonly ignoreDifferences?: readonly {
    readonly group?: string;
    readonly kind: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly jsonPointers?: readonly string[];
  }[];
}

export interface Operation {
  readonly info?: readonly { readonly name: string; readonly value: string }[];
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
  readonly retry?: Retry;
  readonly sync?: {
    readonly revision?: string;
    readonly prune?: boolean;
    readonly dryRun?: boolean;
    readonly source?: Source;
    readonly syncOptions?: readonly string[];
  };
}

export interface ResourceId {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface ResourceStatus extends ResourceId {
  readonly status: 'Synced' | 'OutOfSync' | 'Unknown';
  readonly health?: Health;
  readonly requiresPruning?: boolean;
  readonly syncWave?: number;
}

export interface Health {
  readonly status: 'Healthy' | 'Progressing' | 'Degraded' | 'Missing' | 'Unknown';
  readonly message?: string;
}

/** What became of one object in a sync. */
export interface SyncedResource extends ResourceId {
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly status: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly message: string;
  readonly syncPhase: 'Sync';
  readonly hookPhase: 'Running' | 'Failed' | 'Succeeded';
}

export interface OperationState {
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error';
  readonly operation: Operation;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly message?: string;
  readonly retryCount?: number;
  readonly syncResult?: { readonly revision: string; readonly source?: Source; readonly resources?: readonly SyncedResource[] };
}

export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface ApplicationStatus {
  readonly sync?: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revision?: string; readonly comparedTo?: unknown };
  readonly health?: Health & { readonly lastTransitionTime?: string };
  readonly conditions?: readonly ApplicationCondition[];
  readonly resources?: readonly ResourceStatus[];
  readonly operationState?: OperationState;
  readonly reconciledAt?: string;
  readonly sourceType?: string;
}

/** An Application, read. Its definition has checked the shapes. */
export interface Application extends KubeObject {
  readonly spec: ApplicationSpec;
  readonly operation?: Operation;
  readonly status?: ApplicationStatus;
}

export function applicationOf(object: KubeObject): Application {
  return object as Application;
}

/** The cluster of this lab that an Application of ours is for, by its name: where faults look. */
export function clusterOf({ metadata: { name } }: KubeObject): string {
  return name.replace(/-(?:sites|policies)$/, '');
}
