import { stringify } from 'yaml';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { clusterNetworks } from './cluster-networks.ts';

export interface InstallConfigOptions {
  readonly cluster: string;
  /** JSON text, as OpenShift hands it out. */
  readonly pullSecret: string;
  /** None: nobody can log in to the nodes. */
  readonly sshKey: string | undefined;
}

/** `install-config.yaml` of one cluster (reference/lab-and-libvirt.md §1.5, §2.8). */
export function renderInstallConfig(plan: LabPlan, options: InstallConfigOptions): string {
  const cluster = clusterOf(plan, options.cluster);
  const { clusterNetwork, serviceNetwork, machineNetwork, apiVIPs, ingressVIPs } = clusterNetworks(cluster);
  const count = (role: string): number => cluster.nodes.filter((node) => node.role === role).length;
  return stringify({
    apiVersion: 'v1',
    baseDomain: cluster.baseDomain,
    metadata: { name: cluster.name },
    controlPlane: { name: 'master', replicas: count('master') },
    ...(count('arbiter') > 0 ? { arbiter: { name: 'arbiter', replicas: count('arbiter') } } : {}),
    compute: [{ name: 'worker', replicas: count('worker') }],
    networking: { networkType: 'OVNKubernetes', clusterNetwork, serviceNetwork, machineNetwork },
    // One master has nobody to share a VIP with.
    platform: count('master') === 1 ? { none: {} } : { baremetal: { apiVIPs, ingressVIPs } },
    pullSecret: options.pullSecret,
    ...(options.sshKey === undefined ? {} : { sshKey: options.sshKey }),
  });
}

/** @throws `not_found` when the plan has no such cluster. */
export function clusterOf(plan: LabPlan, name: string): PlannedCluster {
  const cluster = plan.clusters.find((candidate) => candidate.name === name);
  if (!cluster) throw new LabwrightError('not_found', `the plan has no cluster ${name}`);
  return cluster;
}
