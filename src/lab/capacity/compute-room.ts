import type { ClusterKind } from './cluster-kind.ts';
import type { PlannedMachine, PlannedServer } from '../plan.ts';
import { CPU_RATIO, DISK, takenMemoryMiB, usableDiskGiB, usableMemoryMiB } from './server-room.ts';
import { sum } from '../sum.ts';

export const COMPUTE = ['memory', 'cpu', 'disk'] as const;
export type Compute = (typeof COMPUTE)[number];
/** MiB, vCPUs, and GiB that will be filled (disks are thin). */
export type Amounts = Readonly<Record<Compute, number>>;

export interface ServerRoom {
  readonly server: string;
  readonly left: Amounts;
}

/** What machines leave of a server on which all runs well. */
export function serverRoom(server: PlannedServer, machines: readonly PlannedMachine[]): ServerRoom {
  return {
    server: server.name,
    left: {
      memory: usableMemoryMiB(server) - sum(machines, takenMemoryMiB),
      cpu: server.cpus * CPU_RATIO.doubtful - sum(machines, ({ vcpus }) => vcpus),
      disk: usableDiskGiB(server) - sum(machines, ({ disks, pool }) => (pool ? 0 : sum(disks, ({ sizeGiB }) => sizeGiB))) * DISK.filled,
    },
  };
}

export function needsOf({ machines }: ClusterKind): Amounts {
  return {
    memory: sum(machines, takenMemoryMiB),
    cpu: sum(machines, ({ vcpus }) => vcpus),
    disk: sum(machines, ({ disksGiB }) => sum(disksGiB, (gib) => gib)) * DISK.filled,
  };
}

/** Whole clusters that find this much of a resource on one server; Infinity when they need none. */
export function timesIn({ left }: ServerRoom, needs: Amounts, resource: Compute): number {
  return needs[resource] === 0 ? Infinity : Math.max(0, Math.floor(left[resource] / needs[resource]));
}

/** Whole clusters that a server carries. */
export function clustersOn(room: ServerRoom, needs: Amounts): number {
  return Math.min(...COMPUTE.map((resource) => timesIn(room, needs, resource)));
}

/** Has the server, full of clusters, too little of this for one more? */
export function isStoppedBy(room: ServerRoom, needs: Amounts, resource: Compute): boolean {
  return timesIn(room, needs, resource) === clustersOn(room, needs);
}
