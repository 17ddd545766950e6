import { contains, parseBlock, parseIp } from '../lab/ip.ts';
import type { PlannedCluster } from '../lab/plan.ts';

/** A cluster's networks and VIPs, one entry for each family it has, its first family first. */
export interface ClusterNetworks {
  readonly clusterNetwork: readonly { readonly cidr: string; readonly hostPrefix: number }[];
  readonly serviceNetwork: readonly string[];
  readonly machineNetwork: readonly { readonly cidr: string }[];
  readonly apiVIPs: readonly string[];
  readonly ingressVIPs: readonly string[];
}

/** OpenShift's defaults for IPv4, and what its documentation uses for IPv6. */
const DEFAULTS = {
  v4: { cluster: { cidr: '10.128.0.0/14', hostPrefix: 23 }, service: '172.30.0.0/16' },
  v6: { cluster: { cidr: 'fd01::/48', hostPrefix: 64 }, service: 'fd02::/112' },
} as const;

export function clusterNetworks(cluster: Pick<PlannedCluster, 'machineNetwork' | 'machineNetwork6' | 'vips' | 'vips6'>): ClusterNetworks {
  const machineNetworks = [cluster.machineNetwork, cluster.machineNetwork6].filter((cidr) => cidr !== undefined);
  const vips = [cluster.vips, cluster.vips6].filter((pair) => pair !== undefined);
  const defaults = machineNetworks.map((cidr) => DEFAULTS[cidr.includes(':') ? 'v6' : 'v4']);
  return {
    clusterNetwork: defaults.map(({ cluster: one }) => one),
    serviceNetwork: defaults.map(({ service }) => service),
    machineNetwork: machineNetworks.map((cidr) => ({ cidr })),
    apiVIPs: vips.map(({ api }) => api),
    ingressVIPs: vips.map(({ ingress }) => ingress),
  };
}

/** Whether a network holds an address; never for another family, or for what is neither. */
export function isInside(address: string, cidr: string): boolean {
  const [block, ip] = [parseBlock(cidr), parseIp(address)];
  return block !== undefined && ip !== undefined && contains(block, ip);
}
