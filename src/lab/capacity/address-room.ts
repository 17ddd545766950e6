import type { ClusterKind } from './cluster-kind.ts';
import { type Block, contains, formatBlock, parseBlock, parseIp } from '../ip.ts';
import type { LabPlan, PlannedCluster, PlannedNetwork } from '../plan.ts';
import { type Segment, slotCount } from '../segments.ts';
import { MAX_MASTERS, WORKER_OFFSET } from '../place/slot-layout.ts';
import { sum } from '../sum.ts';
import { endsAt255, slotsOfHosts } from '../place/slot-place.ts';

export type Packing = 'exact' | 'slots';

/** The addresses of a network that new clusters may have. */
export interface AddressRoom {
  readonly cidr: string;
  readonly slotSize: number;
  readonly packing: Packing;
  /** Free addresses of `exact` packing; below 0 when the infrastructure alone does not fit. */
  readonly free: number;
  /** How many clusters of a kind find addresses. */
  readonly fits: (kind: ClusterKind) => number;
}

/** The room of a network that holds nothing but jumphost and servers, packed at its start. */
export function emptyNetworkRoom(block: Block, hostCount: number, keys: Pick<PlannedNetwork, 'slotSize' | 'dynamic' | 'spare'>, packing: Packing): AddressRoom {
  const { slotSize, dynamic, spare } = keys;
  const free = usable(block) - hostCount - dynamic - spare;
  const segment = { block, block6: undefined, slotSize };
  // Before the first host stands the network's own address, after the reserves the broadcast address.
  const [first, last] = [Math.ceil((1 + hostCount) / slotSize), Math.max(1, Math.ceil((dynamic + spare + 1) / slotSize))];
  const slots = slotsWhere(segment, (slot, count) => slot >= first && slot < count - last);
  // Any of them can be a hub's.
  return room(segment, { packing, free, slots, hostedPlaces: slots.length * hostedPlaces(slotSize, 0) });
}

/** What the clusters of a plan leave of a network: they keep their slots whole. */
export function plannedNetworkRoom(plan: LabPlan, network: PlannedNetwork, packing: Packing): AddressRoom {
  const { slotSize, dynamic, spare } = network;
  // The planner has read both before.
  const block = parseBlock(network.cidr)!;
  const segment = { block, block6: network.cidr6 === undefined ? undefined : parseBlock(network.cidr6), slotSize };
  const taken = new Set(
    plan.clusters.flatMap(({ network: home, slot, networks }) => [
      ...(home === network.name ? [slot] : []),
      ...networks.flatMap((one) => (one.name === network.name ? [one.slot] : [])),
    ]),
  );
  const addresses = [plan.jumphost.address, ...plan.servers.map(({ address }) => address), ...plan.clusters.flatMap(clusterAddresses)];
  const outside = new Set(
    addresses.filter((address) => {
      const ip = parseIp(address)!;
      return contains(block, ip) && !taken.has(Number((ip.value - block.first) / BigInt(slotSize)));
    }),
  );
  const reserved = slotsOfHosts(segment, [plan.jumphost, ...plan.servers, ...[...outside].map((address) => ({ address }))]);
  const owned = [...taken].filter((slot) => slot !== null).length;
  const hubs = plan.clusters.filter(({ network: home, slot, role }) => home === network.name && slot !== null && role === 'hub');
  return room(segment, {
    packing,
    free: usable(block) - outside.size - dynamic - spare - owned * slotSize,
    slots: slotsWhere(segment, (slot, count) => slot > 0 && slot < count - 1 && !reserved.has(slot) && !taken.has(slot)),
    hostedPlaces: sum(hubs, ({ nodes, hosted }) => {
      const count = (role: string): number => nodes.filter((node) => node.role === role).length;
      // Where they would be, a fourth master stands.
      return count('master') > MAX_MASTERS ? 0 : hostedPlaces(slotSize, count('worker')) - hosted.length;
    }),
  });
}

function clusterAddresses({ nodes, vips }: PlannedCluster): string[] {
  return [vips.api, vips.ingress, ...nodes.map(({ addresses }) => addresses[0]!)];
}

function slotsWhere(segment: Pick<Segment, 'block' | 'block6' | 'slotSize'>, isFree: (slot: number, count: number) => boolean): number[] {
  const count = slotCount(segment);
  return Array.from({ length: count }, (_, slot) => slot).filter((slot) => isFree(slot, count));
}

function room(
  segment: Pick<Segment, 'block' | 'slotSize'>,
  { packing, free, slots, hostedPlaces: places }: Pick<AddressRoom, 'packing' | 'free'> & { readonly slots: readonly number[]; readonly hostedPlaces: number },
): AddressRoom {
  const { block, slotSize } = segment;
  const exact = (kind: ClusterKind): number => Math.max(0, Math.floor(free / kind.addresses));
  const inSlots = ({ slot: ownSlot, workerPlaces, kept: atEnd, hosted }: ClusterKind): number => {
    const kept = hosted === 0 ? Infinity : Math.floor(places / hosted);
    if (!ownSlot) return kept;
    return Math.min(kept, slots.filter((slot) => workerPlaces <= slotSize - WORKER_OFFSET - Math.max(atEnd, endsAt255(segment, slot) ? 1 : 0)).length);
  };
  return { cidr: formatBlock(block), slotSize, packing, free, fits: packing === 'exact' ? exact : inSlots };
}

/** Hosted control planes that a hub's slot has addresses for, two each, behind its workers; the slot's last address stays free. */
function hostedPlaces(slotSize: number, workers: number): number {
  return Math.max(0, Math.floor((slotSize - WORKER_OFFSET - workers - 1) / 2));
}

/** Without the network's own address and the broadcast address (reference/lab-and-libvirt.md §5.2); IPv6 is never the limit. */
function usable({ size }: Block): number {
  return Number(size < BigInt(Number.MAX_SAFE_INTEGER) ? size : Number.MAX_SAFE_INTEGER) - 2;
}
