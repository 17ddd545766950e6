import type { Boot } from '../machines/machines.ts';
import { bootstrap } from './bootstrap.ts';
import { addNode, answerSsh, guestOf, MINUTE, SECOND, type Guest } from './guest.ts';
import { carryApi, type form, type IgnitionCluster } from './ignition-cluster.ts';
import type { Payload } from './ignition.ts';
import type { InstallerWorld } from './installer-world.ts';
import { joinAsWorker } from './join-as-worker.ts';
import { untilAborted } from './until-aborted.ts';

/** What a machine of UPI runs from its disk. */
export type UpiRole = 'bootstrap' | 'master' | 'worker';

export function roleOf(payload: Exclude<Payload, { kind: 'in-place' }>): UpiRole {
  return payload.kind === 'bootstrap' ? 'bootstrap' : payload.role;
}

/** The live system of any machine: installs what its image says to its disk, and reboots. @throws the boot's reason when the machine loses power. */
export async function upiLiveGuest(world: InstallerWorld, name: string, clusterId: string, role: UpiRole, boot: Boot): Promise<void> {
  const guest = guestOf(world, name, boot);
  const { machine, hostname, pause } = guest;
  await pause('live-boot', MINUTE, 2 * MINUTE);
  answerSsh(world, guest);
  await pause('write', 4 * MINUTE, 6 * MINUTE);
  machine.writeDisk({ cluster: name, hostname, data: { kind: 'ignition', runs: role, clusterId } });
  await pause('reboot', 10 * SECOND, 20 * SECOND);
  machine.guestReboot();
}

/** A machine from its disk. */
export async function upiDiskGuest(world: InstallerWorld, cluster: IgnitionCluster, role: UpiRole, boot: Boot): Promise<void> {
  const guest = guestOf(world, boot.from.kind === 'disk' ? boot.from.system.cluster : '', boot);
  await guest.pause('boot-disk', MINUTE, 2 * MINUTE);
  if (role === 'bootstrap') {
    answerSsh(world, guest);
    return await bootstrap(world, cluster, { ...guest, address: guest.machine.address });
  }
  // Before it has its configuration nobody can log in.
  await untilAborted(cluster.configsServed.promise, guest.signal);
  answerSsh(world, guest);
  if (role === 'master') carryApi(world, cluster, guest, (await cluster.identity.promise).masters);
  if (cluster.joined.has(guest.machine.mac)) return; // A later boot of a node that has joined.
  await guest.pause('pivot', 4 * MINUTE, 6 * MINUTE);
  const kube = await untilAborted(cluster.formed.promise, guest.signal);
  if (role === 'worker') await joinAsWorker(world, cluster, kube, guest);
  else await joinAsMaster(world, cluster, guest, kube);
}

async function joinAsMaster(world: InstallerWorld, cluster: IgnitionCluster, guest: Guest, kube: Awaited<ReturnType<typeof form>>): Promise<void> {
  const { masters } = await cluster.identity.promise;
  await guest.pause('join', MINUTE, 2 * MINUTE);
  cluster.joined.add(guest.machine.mac);
  cluster.masters.add(guest.machine.mac);
  const added = addNode(world, kube, guest, 'master');
  if (cluster.masters.size >= masters) cluster.controlPlaneUp.resolve();
  await added;
}
