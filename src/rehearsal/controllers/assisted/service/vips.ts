import { addressesOf } from './inventory.ts';
import { holds, plainAddress } from './networks.ts';
import type { ClusterView } from './views.ts';

/** What is wrong with a VIP, in the service's words; undefined when nothing is. `kind`: `api vips` or `ingress vips`. */
export function vipProblem({ cluster, hosts }: ClusterView, kind: string, vip: string): string | undefined {
  const network = cluster.machineNetworks.find((one) => holds(one, vip));
  if (network === undefined) return `${kind} <${vip}> does not belong to machine-network-cidr <${cluster.machineNetworks.join(', ')}>`;
  const inUse = hosts.some(({ facts, inventory }) => facts.vipsInUse?.has(vip) || (inventory && addressesOf(inventory).map(plainAddress).includes(vip)));
  return inUse ? `${kind} <${vip}> is already in use in cidr ${network}` : undefined;
}
