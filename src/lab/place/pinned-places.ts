import type { ClusterEntry } from '../file/cluster-entry.ts';
import { contains, parseIp } from '../ip.ts';
import type { Segment } from '../segments.ts';
import { nodeCounts } from './node-counts.ts';
import { API_OFFSET, INGRESS_OFFSET, offsetOf } from './slot-layout.ts';

/** Where an address that is written for a machine lies in its network. */
export interface PinnedPlace {
  readonly slot: number;
  readonly offset: number;
  readonly address: string;
}

/** Those of a cluster's machines. */
export function pinnedPlaces({ block, block6, slotSize }: Pick<Segment, 'block' | 'block6' | 'slotSize'>, { machines = {} }: ClusterEntry): PinnedPlace[] {
  return Object.values(machines)
    .flatMap(({ address, address6 }) => [address, address6])
    .flatMap((address): PinnedPlace[] => {
      const ip = address === undefined ? undefined : parseIp(address);
      const around = ip && [block, block6].find((one) => one && contains(one, ip));
      if (address === undefined || !around) return [];
      const distance = ip.value - around.first;
      return [{ slot: Number(distance / BigInt(slotSize)), offset: Number(distance % BigInt(slotSize)), address }];
    });
}

/** The slot in which machines of a cluster have the very places that are written for them. */
export function pinnedSlot(segment: Pick<Segment, 'block' | 'block6' | 'slotSize'>, entry: ClusterEntry): number | undefined {
  return Object.entries(entry.machines ?? {}).flatMap(([node, machine]) =>
    pinnedPlaces(segment, { ...entry, machines: { [node]: machine } }).flatMap(({ slot, offset }) =>
      offset === offsetOf(node, segment.slotSize) ? [slot] : [],
    ),
  )[0];
}

/** The places of its slot that a cluster takes: all but those of machines for which an address is written. */
export function derivedOffsets(entry: ClusterEntry, slotSize: number): ReadonlySet<number> {
  const { masters, workers } = nodeCounts(entry);
  const nodes = [
    ...numbered('master', masters),
    ...numbered('worker', workers),
    ...(entry.install === 'ipi' ? ['provisionhost', 'bootstrap'] : entry.install === 'upi' ? ['bootstrap'] : []),
  ];
  const free = nodes.filter((node) => entry.machines?.[node]?.address === undefined && entry.machines?.[node]?.address6 === undefined);
  const hosted = entry.hosted.flatMap((_, index) => [slotSize - 3 - 2 * index, slotSize - 2 - 2 * index]);
  const vips = masters + workers === 1 || entry.vips ? [] : [API_OFFSET, INGRESS_OFFSET];
  return new Set([...free.map((node) => offsetOf(node, slotSize)), ...vips, ...hosted]);
}

function numbered(role: 'master' | 'worker', count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index}`);
}
