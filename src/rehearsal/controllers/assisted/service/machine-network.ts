import { addressesOf } from './inventory.ts';
import { holds, networkOf } from './networks.ts';
import type { ClusterRecord, HostRecord } from './records.ts';

/**
 * The machine networks that VIPs and hosts imply: those of the hosts' networks that hold the VIPs.
 *
 * @returns the service's error text when no host is in a VIP's network.
 */
export function calculatedNetworks(vips: readonly string[], hosts: readonly HostRecord[]): readonly string[] | string {
  const networks = hostNetworks(hosts);
  const found = new Set<string>();
  for (const vip of vips) {
    const network = networks.find((one) => holds(one, vip));
    if (network === undefined) return `1 error occurred:\n\t* No suitable matching CIDR found for VIP ${vip}\n\n`;
    found.add(network);
  }
  return [...found];
}

/** The machine networks of a cluster whose user gave none; none as long as they cannot be known. */
export function assignedNetworks(cluster: ClusterRecord, hosts: readonly HostRecord[]): readonly string[] {
  const { spec } = cluster;
  if (spec.machineNetworks.length > 0) return spec.machineNetworks;
  if (spec.userManagedNetworking) return spec.controlPlanes === 1 ? hostNetworks(hosts).slice(0, 1) : [];
  const calculated = calculatedNetworks([...spec.apiVips, ...spec.ingressVips], hosts);
  return typeof calculated === 'string' ? [] : calculated;
}

/** Networks in which hosts have addresses, in the order in which they are met. */
export function hostNetworks(hosts: readonly HostRecord[]): readonly string[] {
  return [...new Set(hosts.flatMap(({ inventory }) => (inventory ? addressesOf(inventory) : [])).map(networkOf))];
}
