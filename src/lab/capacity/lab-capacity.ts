import { LabwrightError } from '../../util/errors.ts';
import { type AddressRoom, emptyNetworkRoom, type Packing, plannedNetworkRoom } from './address-room.ts';
import type { ClusterKind } from './cluster-kind.ts';
import { clustersOn, COMPUTE, type Compute, isStoppedBy, needsOf, serverRoom, type ServerRoom, timesIn } from './compute-room.ts';
import { clustersOnHosts, type FreeHost, freeHosts } from './host-room.ts';
import { type Block, contains, formatBlock, parseBlock, parseIp } from '../ip.ts';
import { networksOfServers } from '../place/networks-of-servers.ts';
import type { LabPlan } from '../plan.ts';
import { sum } from '../sum.ts';

export const LIMITS = ['addresses', ...COMPUTE] as const;
export type Limit = (typeof LIMITS)[number];

/** How many clusters of one kind fit, their VMs each whole on one server, and what stops the next one. */
export interface Capacity {
  readonly fits: number;
  readonly binds: Limit | 'hosts';
  /** Clusters that fit as far as this one resource goes; Infinity (null in JSON) where they need none of it. `hosts`: of kinds with bare-metal nodes. */
  readonly limits: Readonly<Record<Limit, number>> & { readonly hosts?: number };
}

/** One network with the servers that have their bridge in it. */
export interface Room {
  readonly addresses: AddressRoom;
  readonly servers: readonly ServerRoom[];
  readonly hosts: readonly FreeHost[];
}

/** What the lab's clusters leave, network by network; networks without a server or a host are left out. Free hosts are where the jumphost is. */
export function roomsOfLab(plan: LabPlan, packing: Packing): Room[] {
  // The planner has read every cidr before.
  const segments = plan.networks.map(({ name, cidr, mode }) => ({ name, mode, block: parseBlock(cidr)! }));
  const homes = networksOfServers(
    segments,
    plan.servers.map((server) => ({ server })),
  );
  const machines = Map.groupBy(plan.machines, ({ server }) => server);
  const jumphost = parseIp(plan.jumphost.address)!;
  const hostsAt = segments.find(({ block }) => contains(block, jumphost)) ?? segments[0];
  return plan.networks.flatMap((network) => {
    const servers = plan.servers.filter(({ name }) => homes.get(name) === network.name);
    const hosts = network.name === hostsAt?.name ? freeHosts(plan, { empty: false }) : [];
    if (servers.length === 0 && hosts.length === 0) return [];
    return [
      {
        addresses: plannedNetworkRoom(plan, network, packing),
        servers: servers.map((server) => serverRoom(server, machines.get(server.name) ?? [])),
        hosts,
      },
    ];
  });
}

/** The lab's servers, empty, in another network; reserves and slot size are those of the lab's first network. Throws `bad_input` when they do not fit into it. */
export function roomOfEmptyLab(plan: LabPlan, block: Block, packing: Packing): Room {
  const keys = plan.networks[0]!;
  const hosts = plan.servers.length + 1;
  const addresses = emptyNetworkRoom(block, hosts, keys, packing);
  if (addresses.free < 0) {
    const needed = hosts + keys.dynamic + keys.spare + 2;
    const bits = Math.ceil(Math.log2(needed));
    const size = 1n << BigInt(bits);
    const wider = { ...block, first: block.first - (block.first % size), size, prefix: (block.family === 4 ? 32 : 128) - bits };
    throw new LabwrightError(
      'bad_input',
      `${formatBlock(block)} is too small for the lab: jumphost and ${plan.servers.length} servers, ${keys.dynamic} dynamic and ${keys.spare} spare addresses, network and broadcast address take ${needed}, it has ${block.size}`,
      { hint: `write ${formatBlock(wider)} or wider` },
    );
  }
  return { addresses, servers: plan.servers.map((server) => serverRoom(server, [])), hosts: freeHosts(plan, { empty: true }) };
}

/** The capacity of a lab with a server or a host. `binds` is what binds in the network with the most room. */
export function labCapacity(rooms: readonly Room[], kind: ClusterKind): Capacity {
  const each = rooms.map((room) => roomCapacity(room, kind));
  const roomiest = each.toSorted((a, b) => b.fits - a.fits)[0]!;
  const limits = Object.fromEntries(LIMITS.map((limit) => [limit, sum(each, (one) => one.limits[limit])])) as Record<Limit, number>;
  const hosts = kind.hosts.length > 0 && { hosts: sum(each, (one) => one.limits.hosts ?? 0) };
  return { fits: sum(each, ({ fits }) => fits), binds: roomiest.binds, limits: { ...limits, ...hosts } };
}

export function roomCapacity({ addresses, servers, hosts }: Room, kind: ClusterKind): Capacity {
  const needs = needsOf(kind);
  const onServers = (of: (server: ServerRoom) => number): number => (kind.machines.length === 0 ? Infinity : sum(servers, of));
  const limitOf = (resource: Compute): number =>
    Math.min(
      onServers((server) => timesIn(server, needs, resource)),
      clustersOnHosts(hosts, kind, resource),
    );
  const onHosts = clustersOnHosts(hosts, kind);
  const limits = {
    addresses: addresses.fits(kind),
    memory: limitOf('memory'),
    cpu: limitOf('cpu'),
    disk: limitOf('disk'),
    ...(kind.hosts.length > 0 && { hosts: onHosts }),
  };
  const carried = onServers((server) => clustersOn(server, needs));
  if (limits.addresses <= Math.min(carried, onHosts)) return { fits: limits.addresses, binds: 'addresses', limits };
  if (onHosts <= carried) return { fits: onHosts, binds: 'hosts', limits };
  // Full servers may lack different things: what most of them lack binds.
  const lacking = (resource: Compute): number => servers.filter((server) => isStoppedBy(server, needs, resource)).length;
  const [binds] = COMPUTE.toSorted((a, b) => lacking(b) - lacking(a) || limits[a] - limits[b]);
  return { fits: carried, binds: binds!, limits };
}
