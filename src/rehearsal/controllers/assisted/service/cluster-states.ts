import { validateCluster } from './cluster-validations.ts';
import { l3Addresses, majorityGroups } from './connectivity.ts';
import { same } from './host-states.ts';
import { assignedNetworks } from './machine-network.ts';
import { roleOf, type ClusterRecord, type ClusterState, type HostRecord, type HostState, type Validation } from './records.ts';
import type { StageLimits } from './stages.ts';
import type { ClusterView } from './views.ts';

/**
 * How a cluster goes on, as the service's cluster monitor decides every 10 s.
 *
 * It is *pending-for-input* or *insufficient* until every check passes, then *ready*. Who starts the installation makes it
 * *preparing-for-installation*; with all hosts prepared it is *installing*, with all control planes installed (and, of
 * workers, as many as must be) *finalizing*, and *installed* when console, ClusterVersion and ingress CA are there.
 * After that it takes more hosts (*adding-hosts*). *error* is final.
 */
export function refreshCluster(view: ClusterView, limits: StageLimits, nowMs: number): ClusterRecord {
  const before = view.cluster;
  const checked = CHECKED.includes(before.state) ? withValidations(view) : before;
  const next = nextState({ ...view, cluster: checked }, limits, nowMs);
  const moved = next === undefined || (next[0] === checked.state && next[1] === checked.stateInfo) ? checked : moveTo(checked, next[0], next[1], nowMs);
  // What hosts and VIPs imply is found out after the checks: it counts from the next look on, as in the real service.
  return CHECKED.includes(before.state) ? withNetworks(moved, view.hosts) : moved;
}

const CHECKED: readonly ClusterState[] = ['insufficient', 'pending-for-input', 'ready', 'preparing-for-installation'];
const INPUT = [
  'machine-cidr-defined',
  'cluster-cidr-defined',
  'service-cidr-defined',
  'dns-domain-defined',
  'pull-secret-set',
  'api-vips-defined',
  'ingress-vips-defined',
];
const PREPARING: readonly HostState[] = ['known', 'preparing-for-installation', 'preparing-successful', 'preparing-failed'];
const INSTALLING: readonly HostState[] = ['preparing-successful', 'installing', 'installing-in-progress', 'installing-pending-user-action', 'installed'];

export const CLUSTER_INFO = {
  insufficient: 'Cluster is not ready for install',
  ready: 'Cluster ready to be installed',
  preparing: 'Preparing cluster for installation',
} as const;

type Next = readonly [state: ClusterState, info: string] | undefined;

function nextState({ cluster, hosts }: ClusterView, limits: StageLimits, nowMs: number): Next {
  switch (cluster.state) {
    case 'insufficient':
    case 'pending-for-input':
    case 'ready':
      return beforeInstall(cluster.validations ?? []);
    case 'preparing-for-installation':
      return preparing(cluster, hosts);
    case 'installing':
    case 'installing-pending-user-action':
      return installing(cluster, hosts);
    case 'finalizing':
      return finalizing(cluster, limits, nowMs);
    case 'installed':
    case 'adding-hosts':
    case 'error':
      break;
  }
  return undefined;
}

function beforeInstall(validations: readonly Validation[]): Next {
  const failed = validations.filter(({ status }) => status !== 'success').map(({ id }) => id);
  if (failed.some((id) => INPUT.includes(id))) return ['pending-for-input', 'User input required'];
  return failed.length > 0 ? ['insufficient', CLUSTER_INFO.insufficient] : ['ready', CLUSTER_INFO.ready];
}

function preparing(cluster: ClusterRecord, hosts: readonly HostRecord[]): Next {
  if (hosts.every(({ state }) => state === 'preparing-successful') && cluster.preparation === 'succeeded') return ['installing', 'Installation in progress'];
  if (hosts.some(({ state }) => !PREPARING.includes(state))) return ['insufficient', 'At least one host has stopped preparing for installation'];
  if (hosts.some(({ state }) => state === 'preparing-failed') || cluster.preparation === 'failed')
    return ['ready', 'Cluster failed to prepare for installation'];
  return undefined;
}

function installing(cluster: ClusterRecord, hosts: readonly HostRecord[]): Next {
  const enough = (states: readonly HostState[]): boolean => {
    const masters = hosts.filter((host) => roleOf(host) === 'master' && states.includes(host.state)).length;
    const workers = hosts.filter((host) => roleOf(host) === 'worker');
    return masters >= cluster.spec.controlPlanes && workers.filter(({ state }) => states.includes(state)).length >= Math.min(2, workers.length);
  };
  if (hosts.some(({ state }) => state === 'installing-pending-user-action')) return ['installing-pending-user-action', 'Cluster has hosts pending user action'];
  if (enough(['installed'])) return ['finalizing', 'Finalizing cluster installation'];
  return enough(INSTALLING) ? ['installing', 'Installation in progress'] : ['error', 'cluster has hosts in error'];
}

function finalizing(cluster: ClusterRecord, limits: StageLimits, nowMs: number): Next {
  if (cluster.finalizing) {
    const { stage, startedMs } = cluster.finalizing;
    const limitMs = limits.finalizing[stage] ?? limits.otherFinalizingMs;
    if (nowMs - startedMs > limitMs)
      return ['error', `Cluster finalizing stage '${stage}' has been timed out after timeout duration of ${Math.round(limitMs / 60_000)} minutes`];
  }
  const available = ['console', 'cvo'].every((name) => cluster.operators.get(name)?.status === 'available');
  return available && cluster.ingressCa ? ['installed', 'Cluster is installed'] : undefined;
}

function withValidations(view: ClusterView): ClusterRecord {
  const validations = validateCluster(view);
  return same(view.cluster.validations, validations) ? view.cluster : { ...view.cluster, validations };
}

function withNetworks(cluster: ClusterRecord, hosts: readonly HostRecord[]): ClusterRecord {
  const machineNetworks = assignedNetworks(cluster, hosts);
  const groups = cluster.spec.controlPlanes === 1 ? majorityGroups(hosts.map((host) => ({ ...host, facts: {} }))) : majorityGroups(hosts);
  const addresses = l3Addresses(hosts);
  const changed =
    machineNetworks.join() !== cluster.machineNetworks.join() ||
    cluster.majorityGroups === undefined ||
    JSON.stringify([...groups]) !== JSON.stringify([...cluster.majorityGroups]) ||
    JSON.stringify([...addresses]) !== JSON.stringify([...cluster.l3Addresses]);
  return changed ? { ...cluster, machineNetworks, majorityGroups: groups, l3Addresses: addresses } : cluster;
}

export function moveTo(cluster: ClusterRecord, state: ClusterState, stateInfo: string, nowMs: number): ClusterRecord {
  return { ...cluster, state, stateInfo, stateSinceMs: state === cluster.state ? cluster.stateSinceMs : nowMs };
}
