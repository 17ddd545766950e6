import { contains, parseBlock, parseIp } from '../lab/ip.ts';
import type { LabPlan, PlannedBond, PlannedCluster, PlannedMachine, PlannedNetwork, PlannedNode } from '../lab/plan.ts';
import { gatewaysOf } from './gateways-of.ts';

/**
 * The network of a node as an nmstate document, for the installer to configure it with: agent-config's `networkConfig`, `nodeNetwork.config` of a
 * ClusterInstance, `networkConfig` of install-config.
 *
 * @returns undefined where DHCP on plain NICs does it all.
 */
export function nodeNetwork(plan: LabPlan, cluster: PlannedCluster, node: PlannedNode, machine: PlannedMachine): object | undefined {
  const isStatic = cluster.addressing === 'static';
  if (!isStatic && machine.bonds.length === 0 && (node.interfaces ?? []).length === 0) return undefined;
  const network = networkOf(plan, cluster.network);
  const bond = machine.bonds.find(({ nics }) => nics.includes(machine.nics[0]!.name));
  const own = bond?.name ?? machine.nics[0]!.name;
  const more = (node.interfaces ?? []).map((one) => ({ ...one, planned: networkOf(plan, one.network) }));
  // A tagged link takes no larger frames than what it is on.
  const mtuOf = (link: string, least: number): number =>
    Math.max(least, ...more.flatMap(({ nic, vlan, planned }) => (nic === link && vlan !== undefined ? [planned.mtu] : [])));
  const untagged = (link: string): object => {
    const there = more.find(({ nic, vlan }) => nic === link && vlan === undefined);
    if (link === own) return { mtu: mtuOf(link, network.mtu), ...addressing(isStatic ? node.addresses : undefined, network) };
    return there ? { mtu: mtuOf(link, there.planned.mtu), ...addressing(there.addresses, there.planned) } : off();
  };
  const enslaved = new Set(machine.bonds.flatMap(({ nics }) => nics));
  const links = machine.nics.map(({ name, mac }) => ({
    name,
    type: 'ethernet',
    state: 'up',
    'mac-address': mac,
    ...(enslaved.has(name) ? off() : untagged(name)),
  }));
  const bonds = machine.bonds.map((one) => ({
    ...bondInterface(one),
    // DHCP knows the node by the NIC it boots from.
    ...(one === bond && { 'mac-address': machine.mac }),
    ...untagged(one.name),
  }));
  const vlans = more.flatMap(({ nic, vlan, addresses, planned }) =>
    vlan === undefined
      ? []
      : [{ name: `${nic}.${vlan}`, type: 'vlan', state: 'up', vlan: { 'base-iface': nic, id: vlan }, mtu: planned.mtu, ...addressing(addresses, planned) }],
  );
  const gateways = gatewaysOf(plan, network);
  return {
    interfaces: [...links, ...bonds, ...vlans],
    ...(isStatic && {
      'dns-resolver': { config: { server: gateways } },
      routes: { config: gateways.map((gateway) => defaultRoute(gateway, own)) },
    }),
  };
}

/** An nmstate bond, whose NICs then have no addresses of their own. */
export function bondInterface({ name, nics, mode }: PlannedBond): object {
  // A link that is down is noticed within that many milliseconds.
  return { name, type: 'bond', state: 'up', 'link-aggregation': { mode, options: { miimon: 100 }, port: nics } };
}

export function defaultRoute(gateway: string, link: string): object {
  return { destination: gateway.includes(':') ? '::/0' : '0.0.0.0/0', 'next-hop-address': gateway, 'next-hop-interface': link };
}

export function off(): object {
  return { ipv4: { enabled: false }, ipv6: { enabled: false } };
}

/** nmstate's address families: static addresses of a network, or DHCP for undefined. */
export function addressing(addresses: readonly string[] | undefined, { cidr, cidr6 }: Pick<PlannedNetwork, 'cidr' | 'cidr6'>): object {
  const family = (six: boolean): object => {
    const around = [cidr, cidr6].find((one) => one?.includes(':') === six);
    if (around === undefined) return { enabled: false };
    if (addresses === undefined) return six ? { enabled: true, dhcp: true, autoconf: true } : { enabled: true, dhcp: true };
    const block = parseBlock(around)!;
    const address = addresses.filter((one) => contains(block, parseIp(one)!)).map((ip) => ({ ip, 'prefix-length': block.prefix }));
    return address.length === 0 ? { enabled: false } : { enabled: true, dhcp: false, ...(six && { autoconf: false }), address };
  };
  return { ipv4: family(false), ipv6: family(true) };
}

function networkOf(plan: LabPlan, name: string): PlannedNetwork {
  return plan.networks.find((one) => one.name === name)!;
}
