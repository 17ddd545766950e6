import type { Clock } from '../../../../util/clock.ts';
import { CLUSTER_INFO, moveTo, refreshCluster } from './cluster-states.ts';
import { HOST_INFO, refreshHost } from './host-states.ts';
import { createMonitor, type Monitor } from './monitor.ts';
import { totalPercentage } from './progress.ts';
import { roleOf, type ClusterRecord, type ClusterSpec, type HostRecord, type InfraEnvRecord } from './records.ts';
import type { HostRole } from './stages.ts';
import { DEFAULT_LIMITS, hasRebooted, type StageLimits } from './stages.ts';
import { silenceLimitMs } from './views.ts';

export type Change = { readonly host: HostRecord } | { readonly cluster: ClusterRecord } | { readonly hostGone: HostRecord };

export interface ServiceOptions {
  readonly limits?: StageLimits;
  /** When, within their period, the monitors look: the real ones count from the start of the service. */
  readonly hostPhaseMs?: number;
  readonly clusterPhaseMs?: number;
  /** Among control planes: which one bootstraps. Default: the first by id. */
  readonly chooseBootstrap?: (masters: readonly HostRecord[]) => HostRecord | undefined;
  /** The role of a host that the user gave none. Default: control plane until there are enough. */
  readonly suggestRole?: (host: HostRecord) => HostRole;
}

const HOST_PERIOD_MS = 8000;
const CLUSTER_PERIOD_MS = 10_000;
/** Ignitions and manifests of the new cluster are ready this long after it began to prepare. */
const GENERATION_MS = 1000;

/**
 * The installation service: records of clusters, hosts and discovery images, and the monitors that move them on.
 *
 * Everything is synchronous but time: whoever changes a record (a controller, a host's agent) sees the outcome at once,
 * the monitors look later. Listeners hear every change after it was made.
 */
export interface InstallationService {
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  readonly hosts: ReadonlyMap<string, HostRecord>;
  readonly infraEnvs: ReadonlyMap<string, InfraEnvRecord>;
  hostsOf(clusterId: string): readonly HostRecord[];
  clusterOf(namespace: string, deployment: string): ClusterRecord | undefined;
  addCluster(cluster: Pick<ClusterRecord, 'id' | 'namespace' | 'deployment' | 'spec'>): ClusterRecord;
  changeSpec(id: string, spec: ClusterSpec): void;
  /** Begins the installation of a cluster that is ready. */
  install(id: string, openshiftId: string): void;
  /** After success: the cluster takes more hosts. */
  acceptHosts(id: string): void;
  removeCluster(id: string): void;
  putInfraEnv(infraEnv: InfraEnvRecord): void;
  removeInfraEnv(id: string): void;
  putHost(host: HostRecord): void;
  changeHost(id: string, change: (host: HostRecord) => HostRecord): void;
  changeCluster(id: string, change: (cluster: ClusterRecord) => ClusterRecord): void;
  removeHost(id: string): void;
  onChange(listener: (change: Change) => void): () => void;
}

export function createInstallationService(deps: { readonly clock: Clock }, options: ServiceOptions = {}): InstallationService {
  const { clock } = deps;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const clusters = new Map<string, ClusterRecord>();
  const hosts = new Map<string, HostRecord>();
  const infraEnvs = new Map<string, InfraEnvRecord>();
  const listeners = new Set<(change: Change) => void>();
  const tell = (change: Change): void => listeners.forEach((listener) => listener(change));

  const hostsOf = (clusterId: string): readonly HostRecord[] => [...hosts.values()].filter((host) => host.clusterId === clusterId);

  function setHost(host: HostRecord): boolean {
    if (hosts.get(host.id) === host) return false;
    hosts.set(host.id, host);
    monitors.forEach((monitor) => monitor.touch());
    tell({ host });
    if (host.clusterId !== undefined) recount(host.clusterId);
    return true;
  }

  function setCluster(cluster: ClusterRecord): boolean {
    if (clusters.get(cluster.id) === cluster) return false;
    const counted = { ...cluster, totalPercentage: totalPercentage(cluster, hostsOf(cluster.id)) };
    clusters.set(cluster.id, counted);
    monitors.forEach((monitor) => monitor.touch());
    tell({ cluster: counted });
    return true;
  }

  function recount(clusterId: string): void {
    const cluster = clusters.get(clusterId);
    if (cluster && totalPercentage(cluster, hostsOf(clusterId)) !== cluster.totalPercentage) setCluster({ ...cluster });
  }

  function lookAtHosts(): boolean {
    let changed = false;
    for (const host of hosts.values()) {
      const cluster = host.clusterId === undefined ? undefined : clusters.get(host.clusterId);
      if (cluster && setHost(refreshHost({ host: withRole(host, cluster), cluster, hosts: hostsOf(cluster.id), nowMs: clock.now() }, limits))) changed = true;
    }
    return changed;
  }

  /** Every host that has told what it is gets a role, once. */
  function withRole(host: HostRecord, cluster: ClusterRecord): HostRecord {
    if (host.inventory === undefined || roleOf(host) !== 'auto-assign') return host;
    const masters = hostsOf(cluster.id).filter((one) => !one.day2 && roleOf(one) === 'master').length;
    const suggestedRole = options.suggestRole?.(host) ?? (!host.day2 && masters < cluster.spec.controlPlanes ? 'master' : 'worker');
    return { ...host, suggestedRole };
  }

  function lookAtClusters(): boolean {
    let changed = false;
    for (const cluster of clusters.values()) if (setCluster(look(cluster))) changed = true;
    return changed;
  }

  /** Hosts count once one of them has been discovered; a cluster that no host has come for is left alone. */
  function look(cluster: ClusterRecord): ClusterRecord {
    return hostsOf(cluster.id).length === 0 ? cluster : refreshCluster({ cluster, hosts: discovered(cluster.id) }, limits, clock.now());
  }

  function discovered(clusterId: string): readonly HostRecord[] {
    const known = hostsOf(clusterId);
    return known.some(({ inventory }) => inventory) ? known : [];
  }

  const hostDeadlines = (): readonly number[] => [...hosts.values()].flatMap((host) => deadlinesOf(host, limits));
  const clusterDeadlines = (): readonly number[] =>
    [...clusters.values()].flatMap(({ state, finalizing }) =>
      state === 'finalizing' && finalizing ? [finalizing.startedMs + (limits.finalizing[finalizing.stage] ?? limits.otherFinalizingMs)] : [],
    );
  const monitors: readonly Monitor[] = [
    createMonitor(clock, { periodMs: HOST_PERIOD_MS, phaseMs: options.hostPhaseMs ?? 0, look: lookAtHosts, deadlines: hostDeadlines }),
    createMonitor(clock, { periodMs: CLUSTER_PERIOD_MS, phaseMs: options.clusterPhaseMs ?? 0, look: lookAtClusters, deadlines: clusterDeadlines }),
  ];

  return {
    clusters,
    hosts,
    infraEnvs,
    hostsOf,
    clusterOf: (namespace, deployment) => [...clusters.values()].find((cluster) => cluster.namespace === namespace && cluster.deployment === deployment),
    addCluster(given) {
      const cluster = newCluster(given, clock.now());
      setCluster(cluster);
      return cluster;
    },
    changeSpec(id, spec) {
      const cluster = clusters.get(id);
      // A changed cluster is looked at whoever has come for it.
      if (cluster) setCluster(refreshCluster({ cluster: { ...cluster, spec }, hosts: discovered(id) }, limits, clock.now()));
    },
    install(id, openshiftId) {
      const cluster = clusters.get(id);
      if (cluster?.state !== 'ready') return;
      const masters = hostsOf(id)
        .filter((host) => roleOf(host) === 'master')
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const bootstrap = masters.find((host) => host.bootstrap) ?? options.chooseBootstrap?.(masters) ?? masters[0];
      for (const host of hostsOf(id)) setHost({ ...host, bootstrap: host === bootstrap, facts: withoutPreparation(host.facts) });
      setCluster({ ...moveTo(cluster, 'preparing-for-installation', CLUSTER_INFO.preparing, clock.now()), installStartedMs: clock.now(), openshiftId });
      void clock.sleep(GENERATION_MS).then(() => {
        const now = clusters.get(id);
        if (now?.state === 'preparing-for-installation') setCluster({ ...now, preparation: 'succeeded' });
      });
    },
    acceptHosts(id) {
      const cluster = clusters.get(id);
      if (cluster?.state === 'installed') setCluster(moveTo(cluster, 'adding-hosts', cluster.stateInfo, clock.now()));
    },
    removeCluster: (id) => void clusters.delete(id),
    putInfraEnv: (infraEnv) => void infraEnvs.set(infraEnv.id, infraEnv),
    removeInfraEnv: (id) => void infraEnvs.delete(id),
    putHost: (host) => void setHost(host),
    changeHost(id, change) {
      const host = hosts.get(id);
      if (host) setHost(change(host));
    },
    changeCluster(id, change) {
      const cluster = clusters.get(id);
      if (cluster) setCluster(change(cluster));
    },
    removeHost(id) {
      const host = hosts.get(id);
      if (host && hosts.delete(id)) tell({ hostGone: host });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A cluster as it is when the service has taken it. */
export function newCluster(given: Pick<ClusterRecord, 'id' | 'namespace' | 'deployment' | 'spec'>, nowMs: number): ClusterRecord {
  return {
    ...given,
    state: 'insufficient',
    stateInfo: CLUSTER_INFO.insufficient,
    stateSinceMs: nowMs,
    machineNetworks: given.spec.machineNetworks,
    majorityGroups: undefined,
    l3Addresses: new Map(),
    validations: undefined,
    preparation: 'never',
    installStartedMs: undefined,
    openshiftId: undefined,
    finalizing: undefined,
    operators: new Map(),
    ingressCa: false,
    totalPercentage: 0,
  };
}

/** When something becomes due for a host that says nothing more. */
function deadlinesOf({ silentSinceMs, progress, state, stateSinceMs, bootstrap }: HostRecord, limits: StageLimits): readonly number[] {
  const silence = silentSinceMs === undefined || hasRebooted(progress?.stage) ? [] : [silentSinceMs + silenceLimitMs({ bootstrap })];
  if (state === 'installing') return [...silence, stateSinceMs + limits.untilFirstStageMs];
  if (state !== 'installing-in-progress' || progress === undefined) return silence;
  const sinceMs = progress.stage === 'Writing image to disk' ? progress.updatedMs : progress.startedMs;
  return [...silence, sinceMs + (limits.stages[progress.stage] ?? limits.otherStagesMs)];
}

/** A host as it is when it registers. */
export function newHost(given: Pick<HostRecord, 'id' | 'infraEnvId' | 'clusterId' | 'day2'>, singleNode: boolean, nowMs: number): HostRecord {
  return {
    ...given,
    state: 'discovering',
    stateInfo: HOST_INFO.discovering,
    stateSinceMs: nowMs,
    requestedRole: 'auto-assign',
    // Nothing else is possible in a single-node cluster.
    suggestedRole: singleNode ? 'master' : 'auto-assign',
    bootstrap: singleNode,
    approved: false,
    requestedHostname: undefined,
    requestedDiskId: undefined,
    inventory: undefined,
    silentSinceMs: undefined,
    facts: {},
    progress: undefined,
    validations: undefined,
  };
}

/** Images and disk are checked anew by every preparation. */
function withoutPreparation({ failedImages: _images, diskSyncMs: _disk, ...facts }: HostRecord['facts']): HostRecord['facts'] {
  return facts;
}
