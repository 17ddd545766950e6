import { roleOf, type ClusterRecord, type ClusterState, type HostRecord } from './records.ts';
import { stagePercentage, stagesOf, type Stage } from './stages.ts';

/** The stages that a host will go through or went through. */
export function stagesOfHost(host: HostRecord, cluster: ClusterRecord): readonly Stage[] {
  return stagesOf({ role: roleOf(host), bootstrap: host.bootstrap, singleNode: cluster.spec.controlPlanes === 1 && !host.day2 });
}

export function hostPercentage(host: HostRecord, cluster: ClusterRecord): number {
  return stagePercentage(stagesOfHost(host, cluster), host.progress?.stage);
}

/** `status.progress.totalPercentage`: preparing 10, hosts 70, operators 15; 100 only when installed (reference/ztp.md §2.3). */
export function totalPercentage(cluster: ClusterRecord, hosts: readonly HostRecord[]): number {
  if (cluster.state === 'error') return cluster.totalPercentage;
  if (cluster.state === 'installed' || cluster.state === 'adding-hosts') return 100;
  if (!INSTALLING.includes(cluster.state)) return 0;
  const installed = hosts.reduce((sum, host) => sum + hostPercentage(host, cluster), 0) / Math.max(1, hosts.length);
  const available = ['console', 'cvo'].filter((name) => cluster.operators.get(name)?.status === 'available').length;
  return Math.floor(10 + 0.7 * installed + 0.15 * 50 * available);
}

const INSTALLING: readonly ClusterState[] = ['installing', 'installing-pending-user-action', 'finalizing'];
