import { addressesOf } from './inventory.ts';
import { hostNetworks } from './machine-network.ts';
import { familyOf, networkOf, plainAddress } from './networks.ts';
import type { HostRecord } from './records.ts';

/** Fewer hosts than this make no majority. */
const MIN_MAJORITY = 3;

/**
 * Which hosts reach each other, by network and by address family: the largest set in which everybody reaches everybody.
 *
 * Networks that no such set of three exists in have an empty one, as the service's `connectivityMajorityGroups`.
 */
export function majorityGroups(hosts: readonly HostRecord[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const network of hostNetworks(hosts)) groups.set(network, largestGroup(hosts.filter((host) => isIn(host, (address) => networkOf(address) === network))));
  for (const family of ['IPv4', 'IPv6'] as const)
    groups.set(family, largestGroup(hosts.filter((host) => isIn(host, (address) => familyOf(address) === family))));
  return groups;
}

/** By host: its addresses, once it has reported whom it reaches. */
export function l3Addresses(hosts: readonly HostRecord[]): ReadonlyMap<string, readonly string[]> {
  const reporting = hosts.filter(({ inventory, facts }) => inventory && facts.reaches && facts.reaches.size > 0);
  return new Map(reporting.map((host) => [host.id, addressesOf(host.inventory!).map(plainAddress)]));
}

function isIn(host: HostRecord, matches: (address: string) => boolean): boolean {
  return host.inventory !== undefined && addressesOf(host.inventory).some(matches);
}

/** Clusters are small: growing a group from every host finds the largest one that matters here. */
function largestGroup(hosts: readonly HostRecord[]): readonly string[] {
  let best: readonly HostRecord[] = [];
  for (const seed of hosts) {
    const group = [seed];
    for (const host of hosts) if (host !== seed && group.every((member) => reachEachOther(host, member))) group.push(host);
    if (group.length > best.length) best = group;
  }
  return best.length < MIN_MAJORITY ? [] : hosts.filter((host) => best.includes(host)).map(({ id }) => id);
}

function reachEachOther(a: HostRecord, b: HostRecord): boolean {
  return a.facts.reaches?.has(b.id) === true && b.facts.reaches?.has(a.id) === true;
}
