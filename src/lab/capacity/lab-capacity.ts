import { LabwrightError } from '../../util/errors.ts';
import { type AddressRoom, emptyNetworkRoom, type Packing, plannedNetworkRoom } from './address-room.ts';
import type { ClusterKind } from './cluster-kind.ts';
import { clustersOn, COMPUTE, type Compute, isStoppedBy, needsOf, serverRoom, type ServerRoom, timesIn } from './compute-room.ts';
import { type Block, formatBlock, parseBlock } from '../ip.ts';
import { networksOfServers } from '../place/networks-of-servers.ts';
import type { LabPlan } from '../plan.ts';
import { sum } from '../sum.ts';

export const LIMITS = ['addresses', ...COMPUTE] as const;
export type Limit = (typeof LIMITS)[number];

/** How many clusters of one kind fit, each whole on one server, and what stops the next one. */
export interface Capacity {
  readonly fits: number;
  readonly binds: Limit;
  /** Clusters that fit as far as this one resource goes. */
  readonly limits: Readonly<Record<Limit, number>>;
}

/** One network with the servers that have their bridge in it. */
export interface Room {
  readonly addresses: AddressRoom;
  readonly servers: readonly ServerRoom[];
}

/** What the lab's clusters leave, network by network; networks without a server are left out. */
export function roomsOfLab(plan: LabPlan, packing: Packing): Room[] {
  // The planner has read every cidr before.
  const segments = plan.networks.map(({ name, cidr, mode }) => ({ name, mode, block: parseBlock(cidr)! }));
  const homes = networksOfServers(
    segments,
    plan.servers.map((server) => ({ server })),
  );
  const machines = Map.groupBy(plan.machines, ({ server }) => server);
  return plan.networks.flatMap((network) => {
    const servers = plan.servers.filter(({ name }) => homes.get(name) === network.name);
    if (servers.length === 0) return [];
    return [
      {
        addresses: plannedNetworkRoom(plan, network, packing),
        servers: servers.map((server) => serverRoom(server, machines.get(server.name) ?? [])),
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
  return { addresses, servers: plan.servers.map((server) => serverRoom(server, [])) };
}

/** The capacity of a lab with a server or more. `binds` is what binds in the network with the most room. */
export function labCapacity(rooms: readonly Room[], kind: ClusterKind): Capacity {
  const each = rooms.map((room) => roomCapacity(room, kind));
  const roomiest = each.toSorted((a, b) => b.fits - a.fits)[0]!;
  const limits = Object.fromEntries(LIMITS.map((limit) => [limit, sum(each, (one) => one.limits[limit])])) as Record<Limit, number>;
  return { fits: sum(each, ({ fits }) => fits), binds: roomiest.binds, limits };
}

export function roomCapacity({ addresses, servers }: Room, kind: ClusterKind): Capacity {
  const needs = needsOf(kind);
  const limits = {
    addresses: addresses.fits(kind),
    memory: sum(servers, (server) => timesIn(server, needs, 'memory')),
    cpu: sum(servers, (server) => timesIn(server, needs, 'cpu')),
    disk: sum(servers, (server) => timesIn(server, needs, 'disk')),
  };
  const carried = sum(servers, (server) => clustersOn(server, needs));
  if (limits.addresses <= carried) return { fits: limits.addresses, binds: 'addresses', limits };
  // Full servers may lack different things: what most of them lack binds.
  const lacking = (resource: Compute): number => servers.filter((server) => isStoppedBy(server, needs, resource)).length;
  const [binds] = COMPUTE.toSorted((a, b) => lacking(b) - lacking(a) || limits[a] - limits[b]);
  return { fits: carried, binds: binds!, limits };
}
