import { addressAt, formatBlock, formatIp, parseIp } from '../ip.ts';
import type { ClusterEntry, LabFile } from '../lab-file.ts';
import type { PlannedCluster, PlannedNode, Topology, Vips } from '../plan.ts';
import type { Segment } from '../segments.ts';
import { API_OFFSET, INGRESS_OFFSET, MASTER_OFFSET, WORKER_OFFSET } from './slot-layout.ts';

/** A cluster with machines and a slot of its own. */
export function ownCluster(file: LabFile, name: string, entry: ClusterEntry, segment: Segment, slot: number): PlannedCluster {
  const at = (offset: number) => slotAddresses(segment, slot, offset);
  const node = (role: 'master' | 'worker', index: number): PlannedNode => {
    const offset = (role === 'master' ? MASTER_OFFSET : WORKER_OFFSET) + index;
    const nodeName = `${role}-${index}`;
    const mac = entry.machines?.[nodeName]?.mac ?? macOf(segment, slot, offset);
    return { name: nodeName, role, machine: `${name}-${nodeName}`, addresses: at(offset), mac };
  };
  const masters = Array.from({ length: entry.masters ?? 1 }, (_, index) => node('master', index));
  const nodes = [...masters, ...Array.from({ length: entry.workers ?? 0 }, (_, index) => node('worker', index))];
  const [api, ingress] = [at(API_OFFSET), at(INGRESS_OFFSET)];
  const vipsOf = (family: number): Vips | undefined => (api[family] === undefined ? undefined : { api: api[family], ingress: ingress[family]! });
  return assemble(file, name, entry, segment, slot, nodes, { vips: vipsOf(0), vips6: vipsOf(1) });
}

/** VIPs that a cluster of several nodes has unless its entry says others. */
export type DerivedVips = Pick<Partial<PlannedCluster>, 'vips' | 'vips6'>;

/** The cluster on these nodes; a single node is its own api and ingress. */
export function assemble(
  file: LabFile,
  name: string,
  entry: ClusterEntry,
  segment: Segment,
  slot: number | null,
  nodes: readonly PlannedNode[],
  derived: DerivedVips,
): PlannedCluster {
  const only = nodes.length === 1 ? nodes[0]!.addresses : undefined;
  const topology: Topology = only ? 'sno' : nodes.some(({ role }) => role === 'worker') ? 'mno' : 'compact';
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
    slot,
    machineNetwork: alone ? `${only[0]}/${segment.block.family === 6 ? 128 : 32}` : formatBlock(segment.block),
    ...(segment.block6 && { machineNetwork6: alone ? `${only[1]}/128` : formatBlock(segment.block6) }),
    // Callers refuse a cluster of several nodes that has neither.
    vips: canonical(entry.vips) ?? (only ? node(0) : derived.vips)!,
    ...(vips6 && { vips6 }),
    nodes,
  };
}

function canonical(vips: Vips | undefined): Vips | undefined {
  return vips && { api: formatIp(parseIp(vips.api)!), ingress: formatIp(parseIp(vips.ingress)!) };
}

/** One address per family. */
export function slotAddresses({ block, block6, slotSize }: Segment, slot: number, offset: number): string[] {
  return [block, ...(block6 ? [block6] : [])].map((one) => addressAt(one, slot * slotSize + offset));
}

/** `52:54:HH:NL:SS:OO` (reference/lab-and-libvirt.md §5.4). */
function macOf(segment: Segment, slot: number, offset: number): string {
  return [0x52, 0x54, slot >> 8, segment.index, slot & 255, offset].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
