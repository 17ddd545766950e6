import type { Inventory } from './inventory.ts';
import type { HostRole, Stage } from './stages.ts';

/**
 * What the installation service keeps in its database.
 *
 * Records are replaced, never changed, so that "did anything change" is a comparison. States carry the names of the
 * real service (recorded/assisted: `status.debugInfo.state`).
 */
export type HostState =
  | 'discovering'
  | 'insufficient'
  | 'pending-for-input'
  | 'known'
  | 'disconnected'
  | 'preparing-for-installation'
  | 'preparing-failed'
  | 'preparing-successful'
  | 'installing'
  | 'installing-in-progress'
  | 'installing-pending-user-action'
  | 'installed'
  | 'added-to-existing-cluster'
  | 'unbinding-pending-user-action'
  | 'error';

export type ClusterState =
  | 'insufficient'
  | 'pending-for-input'
  | 'ready'
  | 'preparing-for-installation'
  | 'installing'
  | 'installing-pending-user-action'
  | 'finalizing'
  | 'installed'
  | 'adding-hosts'
  | 'error';

/** States in which the cluster's installation has begun and may not be taken back. */
export const STARTED: readonly ClusterState[] = ['installing', 'installing-pending-user-action', 'finalizing', 'installed', 'adding-hosts', 'error'];

export interface Validation {
  readonly id: string;
  readonly group: string;
  readonly status: 'success' | 'failure' | 'pending' | 'error';
  readonly message: string;
}

/** What a host's agent has answered so far; undefined: not asked or not answered yet. */
export interface HostFacts {
  readonly clockOffsetMs?: number;
  readonly ntpSources?: readonly { readonly name: string; readonly synced: boolean }[];
  readonly dnsResolved?: boolean;
  /** Hosts it reaches on their machine network. */
  readonly reaches?: ReadonlySet<string>;
  /** VIPs that answered it. */
  readonly vipsInUse?: ReadonlySet<string>;
  readonly diskSyncMs?: number;
  /** Images it could not pull; empty when all were pulled. */
  readonly failedImages?: readonly string[];
  /** Day 2: whether it could fetch the ignition of the running cluster. */
  readonly ignitionFetched?: boolean;
}

export interface HostProgress {
  readonly stage: Stage;
  readonly info: string | undefined;
  readonly startedMs: number;
  readonly updatedMs: number;
}

export interface HostRecord {
  readonly id: string;
  readonly infraEnvId: string;
  readonly clusterId: string | undefined;
  /** Added to a cluster that was installed already. */
  readonly day2: boolean;
  readonly state: HostState;
  readonly stateInfo: string;
  readonly stateSinceMs: number;
  /** Asked for by the user; the service's own choice counts while it is `auto-assign`. */
  readonly requestedRole: HostRole;
  readonly suggestedRole: HostRole;
  readonly bootstrap: boolean;
  readonly approved: boolean;
  readonly requestedHostname: string | undefined;
  readonly requestedDiskId: string | undefined;
  readonly inventory: Inventory | undefined;
  /** Undefined while its agent answers. */
  readonly silentSinceMs: number | undefined;
  readonly facts: HostFacts;
  readonly progress: HostProgress | undefined;
  /** Undefined until the monitor has looked at it for the first time. */
  readonly validations: readonly Validation[] | undefined;
}

/** Wanted by the user: spec of AgentClusterInstall and ClusterDeployment. */
export interface ClusterSpec {
  readonly name: string;
  readonly baseDomain: string;
  readonly openshiftVersion: string;
  readonly releaseImage: string;
  readonly controlPlanes: number;
  readonly workers: number;
  readonly apiVips: readonly string[];
  readonly ingressVips: readonly string[];
  readonly machineNetworks: readonly string[];
  readonly clusterNetworks: readonly { readonly cidr: string; readonly hostPrefix: number }[];
  readonly serviceNetworks: readonly string[];
  readonly networkType: string | undefined;
  readonly userManagedNetworking: boolean;
  /** JSON; only what could be parsed. */
  readonly installConfigOverrides: string | undefined;
}

export interface ClusterRecord {
  readonly id: string;
  readonly namespace: string;
  /** Name of the ClusterDeployment. */
  readonly deployment: string;
  readonly spec: ClusterSpec;
  readonly state: ClusterState;
  readonly stateInfo: string;
  readonly stateSinceMs: number;
  /** Given by the user, or found out from the VIPs and the hosts' networks. */
  readonly machineNetworks: readonly string[];
  /** By network: hosts that reach each other; undefined until the monitor has looked. */
  readonly majorityGroups: ReadonlyMap<string, readonly string[]> | undefined;
  readonly l3Addresses: ReadonlyMap<string, readonly string[]>;
  readonly validations: readonly Validation[] | undefined;
  readonly preparation: 'never' | 'succeeded' | 'failed';
  /** When the service began to prepare. */
  readonly installStartedMs: number | undefined;
  /** ClusterVersion's id of the new cluster, known from `installing` on. */
  readonly openshiftId: string | undefined;
  readonly finalizing: { readonly stage: string; readonly startedMs: number } | undefined;
  readonly operators: ReadonlyMap<string, { readonly status: string; readonly message: string }>;
  readonly ingressCa: boolean;
  readonly totalPercentage: number;
}

export interface InfraEnvRecord {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly clusterId: string | undefined;
  readonly ntpSources: readonly string[];
}

/** Its role in the cluster: the user's wish, else the service's choice. */
export function roleOf(host: HostRecord): HostRole {
  return host.requestedRole === 'auto-assign' ? host.suggestedRole : host.requestedRole;
}

export function hostnameOf(host: HostRecord): string {
  return host.requestedHostname ?? host.inventory?.hostname ?? host.id;
}
