import { hasErrors } from '../../util/diagnostic.ts';
import { checkRoom } from '../check/check-clusters.ts';
import { ownCluster, type Slot } from './clusters.ts';
import { checkNatServers, checkNetworks } from '../check/check-networks.ts';
import { contains, formatBlock, parseIp } from '../ip.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import type { LockFile } from '../lock.ts';
import { checkHomes, checkJumphost, networksOfServers } from './networks-of-servers.ts';
import type { PlannedCluster } from '../plan.ts';
import { reportFull } from '../check/report-full.ts';
import type { Report } from '../check/report.ts';
import { hostOf, hostsIn, nodeCounts, reuses } from './node-counts.ts';
import { reusedCluster } from './reuse.ts';
import { slotCount, type Segment } from '../segments.ts';
import type { ExpandedServer } from '../servers.ts';
import { type MacLayout, WORKER_OFFSET } from './slot-layout.ts';
import { derivedOffsets, pinnedPlaces, pinnedSlot } from './pinned-places.ts';
import { beginsAt0, endsAt255, type Host, slotsOfHosts } from './slot-place.ts';
import { allocateSlots, type SlotRequest } from './slots.ts';

type Named = readonly [name: string, entry: ClusterEntry];

/** Every cluster in its place, in file order: first those with a slot, then those that reuse machines of them. */
export function placeClusters(
  file: LabFile,
  segments: readonly Segment[],
  servers: readonly ExpandedServer[],
  homes: ReadonlyMap<string, readonly string[]>,
  lock: LockFile,
  report: Report,
): PlannedCluster[] {
  const planned = new Map<string, PlannedCluster>();
  const entries = Object.entries(file.clusters);
  const networks = networksOfServers(segments, servers);
  const byNetwork = Map.groupBy(
    entries.filter(([, entry]) => !reuses(entry)),
    ([name, entry]) => networkOf(name, entry, lock) ?? networks.get(homes.get(name)?.[0] ?? '') ?? networkOfJumphost(file, segments),
  );
  const standing = new Map([file.jumphost, ...servers.map(({ server }) => server)].map((host) => [host.name, addressesOf(host)]));
  checkJumphost(file, segments, byNetwork.keys(), report);
  const guests = (network: string): Named[] => entries.filter(([, entry]) => !reuses(entry) && entry.networks.includes(network));
  for (const segment of segments) {
    for (const [name, entry] of byNetwork.get(segment.name) ?? []) {
      checkRoom(name, entry, segment, entry.hosted.length, report);
      checkHostAddresses(file, name, entry, segment, report);
      checkMachineAddresses(name, entry, segment, report);
      checkHomes(name, segment, homes.get(name) ?? [], file, networks, report);
      checkNetworks(file, name, segment.name, homes.get(name) ?? [], servers, report);
    }
    for (const [name, entry] of guests(segment.name)) checkRoom(name, entry, segment, 0, report);
  }
  checkNatServers(file, byNetwork, homes, report);
  if (hasErrors(report.found)) return [];
  const slots = new Map(
    segments.map((segment) => [segment.name, slotsOf(segment, [...(byNetwork.get(segment.name) ?? []), ...guests(segment.name)], file, servers, lock, report)]),
  );
  for (const segment of segments) {
    for (const [name, entry] of byNetwork.get(segment.name) ?? []) {
      const slotIn = (one: Segment): Slot[] => {
        const slot = slots.get(one.name)!.get(name);
        return slot === undefined ? [] : [{ segment: one, slot }];
      };
      const [own] = slotIn(segment);
      const more = entry.networks.flatMap((network) => slotIn(segments.find((one) => one.name === network)!));
      if (own && more.length === entry.networks.length)
        planned.set(name, ownCluster(file, name, entry, { ...own, more, macs: macLayout(name, entry, lock) }, standing));
    }
  }
  if (hasErrors(report.found)) return [];
  // `nodes` first: `from` leaves out the machines its hub stands on, wherever the hub is in the file.
  for (const [name, entry] of entries.filter(([, one]) => reuses(one)).toSorted(([, a], [, b]) => Number(!a.nodes) - Number(!b.nodes))) {
    const cluster = reusedCluster(file, name, entry, planned, segments, report);
    if (cluster) planned.set(name, cluster);
  }
  return entries.flatMap(([name]) => planned.get(name) ?? []);
}

function addressesOf({ address, address6 }: Host): string[] {
  return [address, ...(address6 === undefined ? [] : [address6])];
}

/** Where bare metal is that says nothing else. */
function networkOfJumphost(file: LabFile, segments: readonly Segment[]): string {
  const ip = parseIp(file.jumphost.address)!;
  return (segments.find(({ block }) => contains(block, ip)) ?? segments[0]!).name;
}

/** A host that has an address of its own keeps it, so its cluster has to be on the network of that address. */
function checkHostAddresses(file: LabFile, name: string, entry: ClusterEntry, { name: network, block, block6 }: Segment, report: Report): void {
  for (const host of [...hostsIn(entry), hostOf(entry.provisionhost?.machine ?? '')]) {
    for (const key of ['address', 'address6'] as const) {
      const written = host === undefined ? undefined : file.hosts[host]?.[key];
      const around = key === 'address' ? block : block6;
      if (written === undefined || (around && contains(around, parseIp(written)!))) continue;
      report.error(
        'other-network',
        ['hosts', host!, key],
        `${name} is on network ${network}, where ${written} of ${host} is not`,
        `write network: NAME in ${name}, or an ${key} in ${network}`,
      );
    }
  }
}

/** A VM that has an address of its own has it in its cluster's network. */
function checkMachineAddresses(name: string, entry: ClusterEntry, { name: network, block, block6 }: Segment, report: Report): void {
  for (const [node, machine] of Object.entries(entry.machines ?? {}))
    for (const key of ['address', 'address6'] as const) {
      const written = machine[key];
      const around = key === 'address' ? block : block6;
      if (written === undefined || (around && contains(around, parseIp(written)!))) continue;
      report.error(
        'other-network',
        ['clusters', name, 'machines', node, key],
        `${name} is on network ${network}, where ${written} of ${node} is not`,
        `write an address in ${[block, ...(block6 ? [block6] : [])].map(formatBlock).join(' or ')}, or remove it`,
      );
    }
}

/** Profile seed2 has the second seed's MACs, but for clusters that were planned before it had: theirs stay. */
function macLayout(name: string, { profile }: ClusterEntry, lock: LockFile): MacLayout {
  const locked = Object.hasOwn(lock.slots, name) ? lock.slots[name] : undefined;
  return locked ? (locked.macs ?? 'slot') : profile === 'seed2' ? 'seed2' : 'slot';
}

/** A cluster that names no network stays where it was; a new one goes to that of its first server. */
function networkOf(name: string, entry: ClusterEntry, lock: LockFile): string | undefined {
  return entry.network ?? lock.slots[name]?.network;
}

function slotsOf(
  segment: Segment,
  clusters: readonly Named[],
  file: LabFile,
  servers: readonly ExpandedServer[],
  lock: LockFile,
  report: Report,
): ReadonlyMap<string, number> {
  const { block, slotSize } = segment;
  const count = slotCount(segment);
  const metal = Object.values(file.hosts).flatMap(({ address, address6 }) =>
    [address, address6].flatMap((one) => (one === undefined ? [] : [{ address: one }])),
  );
  const hosts = [file.jumphost, ...servers.map(({ server }) => server), ...metal];
  const reserved = slotsOfHosts(segment, hosts);
  // Addresses that are written for machines lie in any slot.
  const pinned = Map.groupBy(
    clusters.flatMap(([cluster, entry]) => pinnedPlaces(segment, entry).map((place) => ({ cluster, ...place }))),
    ({ slot }) => slot,
  );
  const locked = new Map<string, number>();
  for (const [name] of clusters) {
    const entry = lock.slots[name];
    const slot = entry?.network === segment.name ? entry.slot : entry?.networks?.[segment.name];
    if (slot !== undefined) locked.set(name, slot);
  }
  for (const [slot, owners] of Map.groupBy(locked.keys(), (name) => locked.get(name)!)) {
    if (owners.length > 1)
      report.error(
        'slot-twice',
        ['clusters', owners.at(-1)!],
        `lab.lock.json gives slot ${slot} of ${segment.name} to ${owners.join(' and ')}`,
        `remove the one that is not installed yet from lab.lock.json; it gets a new slot`,
      );
    const foreign = reserved.get(slot) ?? pinned.get(slot)?.find(({ cluster }) => cluster !== owners[0])?.address;
    if (foreign !== undefined)
      report.warn(
        'address-in-slot',
        ['clusters', owners[0]!],
        `${foreign} lies in slot ${slot}, which is ${owners[0]}'s`,
        'give servers and single machines addresses outside the slots of other clusters',
      );
  }
  const clashes = (cluster: string, entry: ClusterEntry, slot: number): boolean =>
    pinned.get(slot)?.some((one) => one.cluster !== cluster || derivedOffsets(entry, slotSize).has(one.offset)) ?? false;
  const requests = clusters.map(([cluster, entry]): SlotRequest => ({
    cluster,
    fits: (slot) => edgeIn(segment, slot, entry) === undefined && !clashes(cluster, entry, slot),
    prefers: pinnedSlot(segment, entry),
  }));
  const result = allocateSlots(count, new Set(reserved.keys()), requests, locked);
  for (const { cluster } of requests) {
    const slot = locked.get(cluster);
    const entry = file.clusters[cluster]!;
    if (slot === undefined || edgeIn(segment, slot, entry) === undefined) continue;
    const atEnd = edgeIn(segment, slot, entry) === LAST_WORKER;
    report.error(
      'edge-address',
      ['clusters', cluster, atEnd ? 'workers' : 'install'],
      `${edgeIn(segment, slot, entry)} of ${cluster} would have an address that ends in .${atEnd ? 255 : 0}, which some systems refuse`,
      atEnd ? `write workers: ${slotSize - WORKER_OFFSET - 1}` : 'write provisionhost: {machine: jumphost}',
    );
  }
  for (const { cluster, slot } of result.passed.filter((one) => edgeIn(segment, one.slot, file.clusters[one.cluster]!) !== undefined))
    report.warn(
      'edge-address',
      ['clusters', cluster],
      `slot ${slot} of ${segment.name} was left out for ${cluster}: ${edgeIn(segment, slot, file.clusters[cluster]!)} would have an address that ends in .0 or .255`,
      'nothing to do; a cluster without it takes the slot',
    );
  for (const cluster of result.lost)
    report.error(
      'slot-lost',
      ['networks', segment.name, 'cidr'],
      `${cluster} has slot ${locked.get(cluster)}, which ${formatBlock(block)} does not have`,
      'widen the network again, or destroy the cluster and remove it from the lab file first',
    );
  if (result.left.length === 0 && result.lost.length === 0) warnNearlyFull(segment, count, new Set([...reserved.keys(), ...result.slots.values()]), report);
  if (result.left.length > 0) reportFull(segment, { reserved, wanted: clusters.length, locked: locked.size, left: result.left }, report);
  return result.slots;
}

/** A lab without room is found full on the day somebody needs a cluster. */
function warnNearlyFull({ name, block, slotSize }: Segment, count: number, taken: ReadonlySet<number>, report: Report): void {
  // The first slot and the last are kept for what is no cluster.
  const usable = count - 2;
  const left = usable - [...taken].filter((slot) => slot > 0 && slot < count - 1).length;
  if (usable < 1 || left >= usable * LEAST_SHARE_FREE) return;
  report.warn(
    'network-nearly-full',
    ['networks', name, 'cidr'],
    `${formatBlock(block)} has ${left} of ${usable} slots of ${slotSize} addresses left`,
    'plan another network, or widen this one where its first address stays',
  );
}

/** Below that a network counts as full (reference/lab-and-libvirt.md §5.6). */
const LEAST_SHARE_FREE = 0.05;

const LAST_WORKER = 'the last worker';

/** The node that would get an address which some systems refuse. */
function edgeIn(segment: Segment, slot: number, entry: ClusterEntry): string | undefined {
  if (endsAt255(segment, slot) && nodeCounts(entry).workers >= segment.slotSize - WORKER_OFFSET) return LAST_WORKER;
  const { machine } = entry.provisionhost ?? {};
  const hasOwn = machine === undefined || hostOf(machine) !== undefined;
  return entry.install === 'ipi' && hasOwn && beginsAt0(segment, slot) ? 'the provisionhost' : undefined;
}
