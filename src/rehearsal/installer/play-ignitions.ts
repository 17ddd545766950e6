import { messageOf } from '../../util/errors.ts';
import type { Boot } from '../machines/machines.ts';
import { createIgnitionCluster, type IgnitionCluster } from './ignition-cluster.ts';
import { payloadOf } from './ignition.ts';
import { inPlaceDiskGuest, inPlaceLiveGuest } from './in-place-guest.ts';
import { awaitCluster, installCluster } from './install-cluster.ts';
import type { InstallRequest } from './install-request.ts';
import type { InstallerWorld } from './installer-world.ts';
import { readLiveIso } from './live-iso.ts';
import { roleOf, upiDiskGuest, upiLiveGuest, type UpiRole } from './upi-guests.ts';

export interface PlayedIgnitions {
  /** Guests are gone then, and installers. */
  readonly stop: () => void;
  /** Plays what an IPI installer does. @returns its exit code, at its end. */
  readonly installCluster: (request: InstallRequest) => Promise<number>;
  readonly awaitCluster: (request: { readonly folder: string; readonly clusterId: string }) => Promise<number>;
}

/**
 * Plays machines that boot a live image of RHCOS with an ignition of `openshift-install` inside, and what these write to disk.
 */
export function playIgnitions(world: InstallerWorld): PlayedIgnitions {
  const clusters = new Map<string, IgnitionCluster>();
  const find = (clusterId: string): IgnitionCluster => {
    const known = clusters.get(clusterId) ?? createIgnitionCluster(clusterId);
    clusters.set(clusterId, known);
    return known;
  };
  const stop = new AbortController();
  const ignore = world.machines.onBoot((event) => {
    const boot = { ...event, signal: AbortSignal.any([event.signal, stop.signal]) };
    const played = Promise.all([leave(world, boot, clusters), play(world, boot, find)]);
    // A guest that is gone is no failure; anything else is a mistake in the world.
    played.catch((error: unknown) => boot.signal.aborted || world.log(`${boot.machine.name}: ${messageOf(error)}`));
  });
  return {
    stop() {
      ignore();
      stop.abort(new Error('the world is over'));
    },
    installCluster(request) {
      const cluster = find(request.identity.clusterId);
      cluster.identity.resolve(request.identity);
      return installCluster(world, cluster, request, stop.signal);
    },
    awaitCluster: ({ folder, clusterId }) => awaitCluster(world, find(clusterId), folder),
  };
}

async function play(world: InstallerWorld, boot: Boot, find: (clusterId: string) => IgnitionCluster): Promise<void> {
  if (boot.from.kind === 'disk') {
    const { kind, runs, clusterId = '' } = boot.from.system.data;
    if (kind !== 'ignition') return;
    if (runs === 'in-place') await inPlaceDiskGuest(world, find(clusterId), boot);
    else await upiDiskGuest(world, find(clusterId), runs as UpiRole, boot);
    return;
  }
  const iso = readLiveIso(boot.from.content);
  const live = iso?.live === undefined ? undefined : payloadOf(iso.live);
  if (live?.kind === 'in-place') {
    const cluster = find(live.identity.clusterId);
    cluster.identity.resolve(live.identity);
    await inPlaceLiveGuest(world, cluster, live.identity, boot);
    return;
  }
  const installs = iso?.destination === undefined ? undefined : payloadOf(iso.destination.ignition);
  if (installs === undefined || installs.kind === 'in-place') return;
  if (installs.kind === 'bootstrap') find(installs.identity.clusterId).identity.resolve(installs.identity);
  const { cluster, clusterId } = installs.kind === 'bootstrap' ? installs.identity : installs;
  await upiLiveGuest(world, cluster, clusterId, roleOf(installs), boot);
}

/** A machine that boots an image runs its old cluster no more; without a majority of its masters that cluster is gone. */
async function leave(world: InstallerWorld, { machine, from }: Boot, clusters: ReadonlyMap<string, IgnitionCluster>): Promise<void> {
  const cluster = from.kind === 'iso' ? clusters.get(machine.installed()?.data['clusterId'] ?? '') : undefined;
  if (!cluster?.masters.has(machine.mac) || cluster.lost.has(machine.mac)) return;
  cluster.lost.add(machine.mac);
  const { cluster: name, clusterId } = await cluster.identity.promise;
  const left = cluster.masters.size - cluster.lost.size;
  if (left <= cluster.masters.size / 2) await world.clock.during(world.clusterLost({ name, clusterId }));
}
