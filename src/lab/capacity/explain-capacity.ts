import type { AddressRoom } from './address-room.ts';
import type { ClusterKind } from './cluster-kind.ts';
import { clustersOn, type Compute, isStoppedBy, needsOf, type ServerRoom } from './compute-room.ts';
import type { FreeHost } from './host-room.ts';
import { fits as isEnough } from '../place/machine-size.ts';
import { type Room, roomCapacity } from './lab-capacity.ts';
import { WORKER_OFFSET } from '../place/slot-layout.ts';

/** What stops the next cluster of a kind in one network, as a sentence: "memory binds: each ipi-3+3 needs 162.1GiB of memory, …". */
export function explainCapacity(room: Room, kind: ClusterKind): string {
  const { fits, binds } = roomCapacity(room, kind);
  if (binds === 'hosts') return `hosts bind: ${hostsLeft(room.hosts, kind)}`;
  return binds === 'addresses' ? `addresses bind: ${addressesLeft(room.addresses, kind, fits)}` : `${binds} binds: ${computeLeft(room.servers, kind, binds)}`;
}

function addressesLeft({ cidr, slotSize, packing, free }: AddressRoom, kind: ClusterKind, fits: number): string {
  if (packing === 'exact')
    return `each ${kind.name} needs ${plural(kind.addresses, 'address', 'addresses')}, ${cidr} has ${Math.max(0, free - fits * kind.addresses)} left${after(fits)}`;
  if (!kind.slot) return `each ${kind.name} needs 2 addresses at the end of its hub's slot, hubs on ${cidr} have none left${after(fits)}`;
  const places = slotSize - WORKER_OFFSET - kind.kept;
  return kind.workerPlaces > places
    ? `a slot of ${slotSize} addresses holds ${plural(places, 'worker', 'workers')}, ${kind.name} needs room for ${kind.workerPlaces}`
    : `each ${kind.name} needs a slot of ${slotSize} addresses, ${cidr} has none left${after(fits)}`;
}

/** Of hosts that are large enough for every one of its nodes, and those that are not. */
function hostsLeft(hosts: readonly FreeHost[], kind: ClusterKind): string {
  const able = hosts.filter((host) => kind.hosts.every((least) => isEnough(host, least))).length;
  const small = hosts.length - able;
  const too = small === 0 ? '' : `; ${plural(small, 'other is', 'others are')} too small for some of its nodes`;
  return `each ${kind.name} needs ${plural(kind.hosts.length, 'bare-metal host', 'bare-metal hosts')}, ${able} that no cluster has ${able === 1 ? 'is' : 'are'} large enough${too}`;
}

function computeLeft(servers: readonly ServerRoom[], kind: ClusterKind, resource: Compute): string {
  const needs = needsOf(kind);
  const filled = servers.map((room) => ({ room, clusters: clustersOn(room, needs) }));
  const stopped = filled.filter(({ room }) => isStoppedBy(room, needs, resource));
  const left = ({ room, clusters }: (typeof filled)[number]): number => room.left[resource] - clusters * needs[resource];
  const roomiest = stopped.toSorted((a, b) => left(b) - left(a))[0]!;
  const others = filled.length - stopped.length;
  return [
    `each ${kind.name} needs ${amount(needs[resource], resource)} on one server, `,
    stopped.length > 1 ? `of ${stopped.length} servers ${roomiest.room.server} has the most, ` : `${roomiest.room.server} has `,
    `${amount(Math.max(0, left(roomiest)), resource)} left${after(roomiest.clusters)}`,
    others > 0 ? `; ${plural(others, 'other server lacks', 'other servers lack')} something else` : '',
  ].join('');
}

function after(clusters: number): string {
  return clusters === 0 ? '' : ` after ${clusters} of them`;
}

function amount(of: number, resource: Compute): string {
  if (resource === 'cpu') return plural(of, 'vCPU', 'vCPUs');
  return `${tenths(resource === 'memory' ? of / 1024 : of)}GiB of ${resource}`;
}

/** Rounded down, so that what is left never looks like enough. */
function tenths(number: number): string {
  return String(Math.floor(number * 10) / 10);
}

function plural(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
