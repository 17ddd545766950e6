import { fits, type MachineSize } from '../place/machine-size.ts';
import type { LabPlan } from '../plan.ts';
import type { ClusterKind } from './cluster-kind.ts';
import type { Compute } from './compute-room.ts';

/** A bare-metal host that no cluster has. */
export type FreeHost = MachineSize;

/** Every host of a lab, or those that no cluster of it declares. */
export function freeHosts({ machines, clusters }: LabPlan, { empty }: { readonly empty: boolean }): FreeHost[] {
  const taken = new Set(empty ? [] : clusters.flatMap(({ nodes }) => nodes.map(({ machine }) => machine)));
  return machines
    .filter(({ kind, name }) => kind === 'metal' && !taken.has(name))
    .map(({ vcpus, memoryMiB, disks }) => ({ vcpus, memoryMiB, disksGiB: [Math.max(...disks.map(({ sizeGiB }) => sizeGiB))] }));
}

/**
 * Whole clusters whose bare-metal nodes find hosts that are large enough, or have enough of one resource alone; Infinity for a kind without any.
 *
 * Roles differ in the least they need, and whatever serves the larger role serves the smaller: so for each size the hosts from it upwards have to be
 * as many as the nodes from it upwards.
 */
export function clustersOnHosts(hosts: readonly FreeHost[], kind: ClusterKind, resource?: Compute): number {
  const serves = (host: FreeHost, least: MachineSize): boolean =>
    resource === undefined ? fits(host, least) : amountOf(host, resource) >= amountOf(least, resource);
  const enough = kind.hosts.map((least) => {
    const able = hosts.filter((host) => serves(host, least)).length;
    const wanted = kind.hosts.filter((other) => serves(other, least)).length;
    return Math.floor(able / wanted);
  });
  return Math.min(Infinity, ...enough);
}

function amountOf({ vcpus, memoryMiB, disksGiB }: MachineSize, resource: Compute): number {
  return { cpu: vcpus, memory: memoryMiB, disk: disksGiB[0] ?? 0 }[resource];
}
