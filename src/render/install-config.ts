import { stringify } from 'yaml';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';

export interface InstallConfigOptions {
  readonly cluster: string;
  /** JSON text, as OpenShift hands it out. */
  readonly pullSecret: string;
  readonly sshKey: string;
}

/** `install-config.yaml` of one cluster (reference/lab-and-libvirt.md §1.5, §2.8). */
export function renderInstallConfig(plan: LabPlan, options: InstallConfigOptions): string {
  const cluster = clusterOf(plan, options.cluster);
  const count = (role: string): number => cluster.nodes.filter((node) => node.role === role).length;
  return stringify({
    apiVersion: 'v1',
    baseDomain: cluster.baseDomain,
    metadata: { name: cluster.name },
    controlPlane: { name: 'master', replicas: count('master') },
    ...(count('arbiter') > 0 ? { arbiter: { name: 'arbiter', replicas: count('arbiter') } } : {}),
    compute: [{ name: 'worker', replicas: count('worker') }],
    networking: {
      networkType: 'OVNKubernetes',
      clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
      serviceNetwork: ['172.30.0.0/16'],
      machineNetwork: [{ cidr: cluster.machineNetwork }],
    },
    // One master has nobody to share a VIP with.
    platform: count('master') === 1 ? { none: {} } : { baremetal: { apiVIPs: [cluster.vips.api], ingressVIPs: [cluster.vips.ingress] } },
    pullSecret: options.pullSecret,
    sshKey: options.sshKey,
  });
}

/** @throws `not_found` when the plan has no such cluster. */
export function clusterOf(plan: LabPlan, name: string): PlannedCluster {
  const cluster = plan.clusters.find((candidate) => candidate.name === name);
  if (!cluster) throw new LabwrightError('not_found', `the plan has no cluster ${name}`);
  return cluster;
}
