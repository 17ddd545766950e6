import { isMember } from '../members.ts';
import { formatBlock, formatIp, parseIp } from '../ip.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import type { HostEntry } from '../file/host-entry.ts';
import type { HostedControlPlane, PlannedCluster, PlannedInterface, PlannedNode, PlannedProvisionhost, Topology, Vips } from '../plan.ts';
import type { Segment } from '../segments.ts';
import { bootNicOf } from './host-machines.ts';
import { hostOf, hostsIn, nodeCounts, vmCounts } from './node-counts.ts';
import { BOOTSTRAP_OFFSET, API_OFFSET, INGRESS_OFFSET, type MacLayout, macOffsetOf, offsetOf } from './slot-layout.ts';
import { macOf, slotAddresses, vmNicName } from './slot-identities.ts';

export interface Slot {
  readonly segment: Segment;
  readonly slot: number;
}

/** Where a cluster stands: a slot of its own network, and one in each further network. */
export interface Place extends Slot {
  readonly macs: MacLayout;
  readonly more: readonly Slot[];
}

/** A cluster with a slot of its own: VMs made for it, bare-metal hosts, or both. `standing`: addresses of jumphost and servers by name. */
export function ownCluster(file: LabFile, name: string, entry: ClusterEntry, place: Place, standing: ReadonlyMap<string, readonly string[]>): PlannedCluster {
  const { segment, slot, macs } = place;
  const nodes = [...members(file, name, entry, place), ...beside(file, name, entry, place)];
  const [api, ingress] = [slotAddresses(segment, slot, API_OFFSET), slotAddresses(segment, slot, INGRESS_OFFSET)];
  const vipsOf = (family: number): Vips | undefined => (api[family] === undefined ? undefined : { api: api[family], ingress: ingress[family]! });
  const kept = { addresses: slotAddresses(segment, slot, BOOTSTRAP_OFFSET), mac: macOf(segment, slot, macOffsetOf('bootstrap', segment.slotSize, macs)) };
  const needsBootstrap = entry.install === 'ipi' || (entry.install === 'upi' && entry.on === undefined);
  return assemble(file, name, entry, segment, slot, nodes, {
    vips: vipsOf(0),
    vips6: vipsOf(1),
    networks: place.more.map((one) => ({ name: one.segment.name, slot: one.slot })),
    ...(macs !== 'slot' && { macs }),
    hosted: entry.hosted.map((one, index) => hostedIn(place, one, index)),
    ...(needsBootstrap && { bootstrap: kept }),
    ...(entry.install === 'ipi' && { provisionhost: provisionhostOf(entry, nodes, standing) }),
  });
}

function members(file: LabFile, name: string, entry: ClusterEntry, place: Place): PlannedNode[] {
  const [own, all, hosts] = [vmCounts(entry), nodeCounts(entry), hostsIn(entry)];
  return (['master', 'worker'] as const).flatMap((role) => {
    const key = `${role}s` as const;
    return Array.from({ length: all[key] }, (_, index) => {
      const node = `${role}-${index}`;
      const host = index < own[key] ? undefined : hosts[index - own[key] + (role === 'worker' ? all.masters - own.masters : 0)];
      return host === undefined ? vmNode(name, entry, place, role, node) : hostNode(file, host, place, role, node);
    });
  });
}

/** What stands beside the members: the provisionhost of IPI, the bootstrap of UPI. */
function beside(file: LabFile, name: string, entry: ClusterEntry, place: Place): PlannedNode[] {
  if (entry.install === 'upi') return entry.on === undefined ? [] : [vmNode(name, entry, place, 'bootstrap', 'bootstrap')];
  if (entry.install !== 'ipi') return [];
  const { machine } = entry.provisionhost ?? {};
  if (machine === undefined) return [vmNode(name, entry, place, 'provisionhost', 'provisionhost')];
  const host = hostOf(machine);
  return host === undefined ? [] : [hostNode(file, host, place, 'provisionhost', 'provisionhost')];
}

/** At the end of the slot, whose last address stays free. */
function hostedIn({ segment, slot }: Slot, name: string, index: number): HostedControlPlane {
  const [api, ingress] = [3, 2].map((fromEnd) => slotAddresses(segment, slot, segment.slotSize - fromEnd - 2 * index)) as [string[], string[]];
  return { name, vips: { api: api[0]!, ingress: ingress[0]! }, ...(api[1] !== undefined && { vips6: { api: api[1], ingress: ingress[1]! } }) };
}

function vmNode(name: string, entry: ClusterEntry, { segment, slot, more, macs }: Place, role: PlannedNode['role'], node: string): PlannedNode {
  const offset = offsetOf(node, segment.slotSize);
  const interfaces = more.map((one, index): PlannedInterface => ({
    network: one.segment.name,
    nic: vmNicName(index + 1),
    mac: macOf(one.segment, one.slot, offsetOf(node, one.segment.slotSize)),
    addresses: slotAddresses(one.segment, one.slot, offsetOf(node, one.segment.slotSize)),
  }));
  return {
    name: node,
    role,
    machine: `${name}-${node}`,
    addresses: written(slotAddresses(segment, slot, offset), entry.machines?.[node]),
    mac: entry.machines?.[node]?.mac ?? macOf(segment, slot, macOffsetOf(node, segment.slotSize, macs)),
    ...(interfaces.length > 0 && { interfaces }),
  };
}

/** A host has its own address where its entry says one, else that of its node's place in the slot. */
function hostNode(file: LabFile, host: string, { segment, slot, more }: Place, role: PlannedNode['role'], node: string): PlannedNode {
  const entry = file.hosts[host]!;
  const boot = bootNicOf(entry);
  const interfaces = more.map((one): PlannedInterface => {
    const [nic, own] = Object.entries(entry.nics).find(([, { network }]) => network === one.segment.name) ?? [];
    const addresses = slotAddresses(one.segment, one.slot, offsetOf(node, one.segment.slotSize));
    const base = { network: one.segment.name, addresses };
    // Checked before: a network without a NIC has a tag.
    return nic === undefined
      ? { ...base, nic: linkOf(entry, boot.name), vlan: file.networks[one.segment.name]!.vlan!, mac: boot.mac }
      : { ...base, nic: linkOf(entry, nic), mac: own!.mac };
  });
  return {
    name: node,
    role,
    machine: host,
    addresses: written(slotAddresses(segment, slot, offsetOf(node, segment.slotSize)), entry),
    mac: boot.mac,
    ...(interfaces.length > 0 && { interfaces }),
  };
}

/** What is written for a machine wins over its place in the slot. */
function written(derived: readonly string[], { address, address6 }: Pick<HostEntry, 'address' | 'address6'> = {}): string[] {
  return derived.map((one, family) => {
    const own = [address, address6][family];
    return own === undefined ? one : formatIp(parseIp(own)!);
  });
}

/** The bond a NIC belongs to, else itself. */
function linkOf({ bonds }: HostEntry, nic: string): string {
  return Object.entries(bonds).find(([, { nics }]) => nics.includes(nic))?.[0] ?? nic;
}

function provisionhostOf(entry: ClusterEntry, nodes: readonly PlannedNode[], standing: ReadonlyMap<string, readonly string[]>): PlannedProvisionhost {
  const { machine, image, user = 'dci' } = entry.provisionhost ?? {};
  const node = nodes.find(({ role }) => role === 'provisionhost');
  return node
    ? { name: machine === undefined ? node.name : node.machine, addresses: node.addresses, machine: node.machine, image, user }
    : { name: machine!, addresses: standing.get(machine!)!, machine: undefined, image, user };
}

/** What a cluster has beside its nodes unless its entry says otherwise. */
export type Derived = Pick<Partial<PlannedCluster>, 'vips' | 'vips6' | 'bootstrap' | 'provisionhost' | 'networks' | 'hosted' | 'macs'>;

/** The cluster on these nodes; a single node is its own api and ingress. */
export function assemble(
  file: LabFile,
  name: string,
  entry: ClusterEntry,
  segment: Segment,
  slot: number | null,
  nodes: readonly PlannedNode[],
  { bootstrap, provisionhost, networks = [], hosted = [], macs, ...derived }: Derived,
): PlannedCluster {
  const members = nodes.filter(isMember);
  const only = members.length === 1 ? members[0]!.addresses : undefined;
  const topology: Topology = only ? 'sno' : members.some(({ role }) => role === 'worker') ? 'mno' : 'compact';
  const alone = only !== undefined && entry.host_network;
  const node = (family: number): Vips | undefined => (only?.[family] === undefined ? undefined : { api: only[family], ingress: only[family] });
  const vips6 = canonical(entry.vips6) ?? (only ? node(1) : derived.vips6);
  return {
    name,
    baseDomain: file.domain,
    role: entry.role,
    topology,
    install: entry.install,
    hub: entry.hub,
    active: entry.active,
    network: segment.name,
    networks,
    addressing: entry.addressing,
    slot,
    ...(macs && { macs }),
    machineNetwork: alone ? `${only[0]}/${segment.block.family === 6 ? 128 : 32}` : formatBlock(segment.block),
    ...(segment.block6 && { machineNetwork6: alone ? `${only[1]}/128` : formatBlock(segment.block6) }),
    // Callers refuse a cluster of several nodes that has neither.
    vips: canonical(entry.vips) ?? (only ? node(0) : derived.vips)!,
    ...(vips6 && { vips6 }),
    nodes,
    ...(provisionhost && { provisionhost }),
    ...(bootstrap && { bootstrap }),
    hosted,
    ...(entry.gitea && { gitea: { image: entry.gitea.image, storageGiB: Math.ceil(entry.gitea.storage / 1024) } }),
  };
}

function canonical(vips: Vips | undefined): Vips | undefined {
  return vips && { api: formatIp(parseIp(vips.api)!), ingress: formatIp(parseIp(vips.ingress)!) };
}
