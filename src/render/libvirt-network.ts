import { contains, parseBlock, parseIp } from '../lab/ip.ts';
import type { LabPlan, PlannedCluster, PlannedNetwork } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { uuidV5 } from '../util/ids.ts';
import { addressRecords, type AddressRecord } from './address-records.ts';
import { gatewaysOf } from './gateways-of.ts';
import { el, xmlText, type XmlElement } from './xml.ts';

const DNSMASQ_NAMESPACE = 'http://libvirt.org/schemas/network/dnsmasq/1.0';

/**
 * A libvirt network of a server (reference/lab-and-libvirt.md §2.3): over its bridge, or of mode nat, where libvirt gives addresses and names itself. Its
 * UUID follows from the lab and the name, because libvirt refuses to redefine a named object under another one.
 */
export function renderLibvirtNetwork(plan: LabPlan, options: { readonly network: string }): string {
  const network = plan.networks.find((candidate) => candidate.name === options.network);
  if (!network) throw new LabwrightError('not_found', `the plan has no network ${options.network}`);
  const identity = [el('name', {}, network.name), el('uuid', {}, uuidV5(plan.uuid, `network/${network.name}`))];
  return xmlText(
    network.mode === 'nat'
      ? el('network', { 'xmlns:dnsmasq': DNSMASQ_NAMESPACE }, ...identity, ...natNetwork(plan, network))
      : el('network', {}, ...identity, el('forward', { mode: 'bridge' }), el('bridge', { name: network.bridge })),
  );
}

/** Known machines get their addresses, strangers none: there is no range. Names are those of active clusters. */
function natNetwork(plan: LabPlan, network: PlannedNetwork): XmlElement[] {
  const clusters = plan.clusters.filter((cluster) => cluster.network === network.name && cluster.active);
  const records = clusters.flatMap(addressRecords);
  const gateways = gatewaysOf(plan, network);
  return [
    el('forward', { mode: 'nat' }),
    el('bridge', { name: network.bridge, stp: 'off', delay: 0 }),
    ...(network.mtu === 1500 ? [] : [el('mtu', { size: network.mtu })]),
    el('domain', { name: plan.domain, localOnly: 'yes' }),
    el('dns', {}, ...hostElements([...records, { names: [`bmc.${plan.domain}`], addresses: gateways }])),
    ...[network.cidr, ...(network.cidr6 === undefined ? [] : [network.cidr6])].map((cidr, index) => ipElement(cidr, gateways[index]!, clusters)),
    el('dnsmasq:options', {}, ...records.filter(({ wildcard }) => wildcard).flatMap(wildcardOptions)),
  ];
}

/** libvirt wants each address once, with all its names. */
function hostElements(records: readonly AddressRecord[]): XmlElement[] {
  const named = records.filter(({ wildcard }) => !wildcard).flatMap(({ names, addresses }) => addresses.map((address) => ({ names, address })));
  return [...Map.groupBy(named, ({ address }) => address)].map(([ip, all]) =>
    el('host', { ip }, ...[...new Set(all.flatMap(({ names }) => names))].map((name) => el('hostname', {}, name))),
  );
}

function ipElement(cidr: string, gateway: string, clusters: readonly PlannedCluster[]): XmlElement {
  const block = parseBlock(cidr)!;
  const hosts = clusters.flatMap(({ nodes, bootstrap }) => [...nodes, ...(bootstrap ? [{ name: 'bootstrap', ...bootstrap }] : [])]);
  const reservations = hosts.flatMap(({ name, mac, addresses }) =>
    addresses
      .filter((address) => contains(block, parseIp(address)!))
      // IPv6 knows a machine by its DUID, here that of its MAC (guests: ip6.dhcp-duid=ll).
      .map((ip) => el('host', block.family === 6 ? { id: `00:03:00:01:${mac}`, name, ip } : { mac, name, ip })),
  );
  return el('ip', { family: block.family === 6 ? 'ipv6' : 'ipv4', address: gateway, prefix: block.prefix }, el('dhcp', {}, ...reservations));
}

/** libvirt has no wildcards of its own. `local=` at the same name turns the AAAA answer from NXDOMAIN to NODATA. */
function wildcardOptions({ names, addresses }: AddressRecord): XmlElement[] {
  return names.flatMap((name) => [
    ...addresses.map((address) => el('dnsmasq:option', { value: `address=/${name}/${address}` })),
    el('dnsmasq:option', { value: `local=/${name}/` }),
  ]);
}
