import { formatIp } from './ipv4.ts';
import type { ClusterEntry, LabFile } from './lab-file.ts';
import type { NodeRole, PlannedCluster, PlannedNode, Topology } from './plan.ts';

export interface Place {
  readonly network: string;
  readonly cidr: string;
  readonly first: number;
  readonly slotSize: number;
  readonly networkIndex: number;
}

/** Offsets inside a slot (reference/lab-and-libvirt.md §5.3). */
const API = 2;
const INGRESS = 3;
const MASTERS = 4;
const WORKERS = 7;

export type ReusedResult = { readonly cluster: PlannedCluster } | { readonly id: string; readonly message: string; readonly hint: string };

/** A cluster with machines and a slot of its own. */
export function ownCluster(file: LabFile, name: string, entry: ClusterEntry, place: Place, slot: number): PlannedCluster {
  const base = place.first + slot * place.slotSize;
  const node = (role: 'master' | 'worker', index: number): PlannedNode => {
    const offset = (role === 'master' ? MASTERS : WORKERS) + index;
    const mac = [0x52, 0x54, slot >> 8, place.networkIndex & 15, slot & 255, offset].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    return { name: `${role}-${index}`, role, machine: `${name}-${role}-${index}`, addresses: [formatIp(base + offset)], mac };
  };
  const masters = Array.from({ length: entry.masters ?? 1 }, (_, index) => node('master', index));
  const nodes = [...masters, ...Array.from({ length: entry.workers }, (_, index) => node('worker', index))];
  const sno = nodes.length === 1 ? nodes[0]!.addresses[0]! : undefined;
  const vips = entry.vips ?? { api: sno ?? formatIp(base + API), ingress: sno ?? formatIp(base + INGRESS) };
  return { ...common(file, name, entry, nodes), network: place.network, slot, machineNetwork: sno && entry.host_network ? `${sno}/32` : place.cidr, vips };
}

/** A cluster on machines of others: by `nodes`, or by `from`, which also lends the VIPs and leaves out what the hub itself stands on. */
export function reusedCluster(
  file: LabFile,
  name: string,
  entry: ClusterEntry,
  clusters: ReadonlyMap<string, PlannedCluster>,
  cidrs: ReadonlyMap<string, string>,
): ReusedResult {
  const lender = clusters.get(entry.from ?? entry.nodes![0]!.split('/')[0]!);
  if (!lender)
    return {
      id: 'unknown-cluster',
      message: `${name} reuses machines of a cluster that is not declared with machines of its own`,
      hint: 'name a cluster that has its own machines',
    };
  const nodes: PlannedNode[] = [];
  if (entry.nodes) {
    for (const [index, reference] of entry.nodes.entries()) {
      const [cluster = '', wanted] = reference.split('/');
      const found = clusters.get(cluster)?.nodes.find((one) => one.name === wanted);
      if (!found) return { id: 'unknown-node', message: `${name} reuses ${reference}, which does not exist`, hint: 'name a node of a declared cluster' };
      const role: NodeRole = index < (entry.masters ?? Math.min(3, entry.nodes.length)) ? 'master' : 'worker';
      const number = role === 'master' ? index : nodes.filter((one) => one.role === 'worker').length;
      nodes.push({ ...found, name: `${role}-${number}`, role });
    }
  } else {
    const taken = new Set(clusters.get(entry.hub ?? '')?.nodes.map((one) => one.machine));
    for (const [role, count] of [
      ['master', entry.masters ?? 0],
      ['worker', entry.workers],
    ] as const) {
      const free = lender.nodes.filter((one) => one.role === role && !taken.has(one.machine));
      if (free.length < count)
        return {
          id: 'too-few-machines',
          message: `${name} wants ${count} ${role}s of ${lender.name}, which has ${free.length} free`,
          hint: `lower ${role}s of ${name}, or raise those of ${lender.name}`,
        };
      nodes.push(...free.slice(0, count).map((one, index) => ({ ...one, name: `${role}-${index}` })));
    }
  }
  const only = nodes.length === 1 ? nodes[0]!.addresses[0]! : undefined;
  const vips = entry.vips ?? (only ? { api: only, ingress: only } : entry.from ? lender.vips : undefined);
  if (!vips)
    return {
      id: 'vips-missing',
      message: `${name} has ${nodes.length} nodes and no slot to derive its VIPs from`,
      hint: 'add vips: {api: ADDRESS, ingress: ADDRESS}',
    };
  const machineNetwork = entry.host_network && only ? `${only}/32` : cidrs.get(lender.network)!;
  return { cluster: { ...common(file, name, entry, nodes), network: lender.network, slot: null, machineNetwork, vips } };
}

function common(file: LabFile, name: string, entry: ClusterEntry, nodes: readonly PlannedNode[]) {
  const topology: Topology = nodes.length === 1 ? 'sno' : nodes.some(({ role }) => role === 'worker') ? 'mno' : 'compact';
  return { name, baseDomain: file.domain, role: entry.role, topology, install: entry.install, hub: entry.hub, active: entry.active, nodes };
}
