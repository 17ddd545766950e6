import type { ClusterKind } from './cluster-kind.ts';
import { type Block, contains, formatBlock, parseBlock, parseIp } from '../ip.ts';
import type { LabPlan, PlannedNetwork } from '../plan.ts';
import { type Segment, slotCount } from '../segments.ts';
import { WORKER_OFFSET } from '../place/slot-layout.ts';
import { endsAt255, type Host, slotsOfHosts } from '../place/slot-place.ts';

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
  return room(segment, packing, free, (slot, count) => slot >= first && slot < count - last);
}

/** What the clusters of a plan leave of a network: they keep their slots whole. */
export function plannedNetworkRoom(plan: LabPlan, network: PlannedNetwork, packing: Packing): AddressRoom {
  const { slotSize, dynamic, spare } = network;
  // The planner has read both before.
  const block = parseBlock(network.cidr)!;
  const segment = { block, block6: network.cidr6 === undefined ? undefined : parseBlock(network.cidr6), slotSize };
  const hosts: readonly Host[] = [plan.jumphost, ...plan.servers];
  const taken = new Set(plan.clusters.flatMap(({ network: home, slot }) => (home === network.name && slot !== null ? [slot] : [])));
  const outside = hosts.filter(({ address }) => {
    const ip = parseIp(address)!;
    return contains(block, ip) && !taken.has(Number((ip.value - block.first) / BigInt(slotSize)));
  });
  const free = usable(block) - outside.length - dynamic - spare - taken.size * slotSize;
  const reserved = slotsOfHosts(segment, hosts);
  return room(segment, packing, free, (slot, count) => slot > 0 && slot < count - 1 && !reserved.has(slot) && !taken.has(slot));
}

function room(
  segment: Pick<Segment, 'block' | 'block6' | 'slotSize'>,
  packing: Packing,
  free: number,
  isFree: (slot: number, count: number) => boolean,
): AddressRoom {
  const { block, slotSize } = segment;
  const exact = (kind: ClusterKind): number => Math.max(0, Math.floor(free / kind.addresses));
  const inSlots = ({ workerPlaces }: ClusterKind): number => {
    const places = slotSize - WORKER_OFFSET;
    const count = slotCount(segment);
    let fit = 0;
    for (let slot = 0; slot < count; slot++) {
      if (isFree(slot, count) && workerPlaces <= places - (endsAt255(segment, slot) ? 1 : 0)) fit++;
    }
    return fit;
  };
  return { cidr: formatBlock(block), slotSize, packing, free, fits: packing === 'exact' ? exact : inSlots };
}

/** Without the network's own address and the broadcast address (reference/lab-and-libvirt.md §5.2); IPv6 is never the limit. */
function usable({ size }: Block): number {
  return Number(size < BigInt(Number.MAX_SAFE_INTEGER) ? size : Number.MAX_SAFE_INTEGER) - 2;
}
