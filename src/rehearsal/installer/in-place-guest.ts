import type { Boot } from '../machines/machines.ts';
import { addNode, answerSsh, guestOf, MINUTE, SECOND } from './guest.ts';
import { carryApi, form, rollOut, type IgnitionCluster } from './ignition-cluster.ts';
import type { ClusterIdentity } from './ignition.ts';
import type { InstallerWorld } from './installer-world.ts';

/** The live system of a single node: the bootstrap of its cluster, whose disk it then writes. @throws the boot's reason when the machine loses power. */
export async function inPlaceLiveGuest(world: InstallerWorld, cluster: IgnitionCluster, identity: ClusterIdentity, boot: Boot): Promise<void> {
  const { cluster: name, clusterId } = identity;
  const guest = guestOf(world, name, boot);
  const { machine, signal, hostname, pause } = guest;
  await pause('live-boot', MINUTE, 2 * MINUTE);
  answerSsh(world, guest);
  await pause('pull-release', 4 * MINUTE, 7 * MINUTE);
  await form(world, cluster, identity);
  let written = false;
  signal.addEventListener('abort', () => written || void world.clock.during(world.clusterLost({ name, clusterId })), { once: true });
  await pause('bootkube', 8 * MINUTE, 12 * MINUTE);
  if (world.faults.hits('bootstrap-never-completes', name)) {
    world.faults.spend('bootstrap-never-completes', name);
    return;
  }
  world.apiListens(clusterId, false);
  await pause('write', 4 * MINUTE, 6 * MINUTE);
  machine.writeDisk({ cluster: name, hostname, data: { kind: 'ignition', runs: 'in-place', clusterId } });
  written = true;
  await pause('reboot', 60 * SECOND, 70 * SECOND);
  machine.guestReboot();
}

/** The same machine from its disk: the cluster is there. */
export async function inPlaceDiskGuest(world: InstallerWorld, cluster: IgnitionCluster, boot: Boot): Promise<void> {
  const { cluster: name } = await cluster.identity.promise;
  const guest = guestOf(world, name, boot);
  await guest.pause('boot-disk', MINUTE, 2 * MINUTE);
  answerSsh(world, guest);
  await guest.pause('static-pods', 3 * MINUTE, 5 * MINUTE);
  cluster.bootstrapCarries = false;
  carryApi(world, cluster, guest, 1);
  if (cluster.masters.has(boot.machine.mac)) return; // A later boot of a node that has joined.
  cluster.masters.add(boot.machine.mac);
  void rollOut(world, cluster);
  await addNode(world, await cluster.formed.promise, guest, 'master');
  cluster.complete.resolve();
}
