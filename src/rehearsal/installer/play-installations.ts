import { messageOf } from '../../util/errors.ts';
import type { Boot } from '../machines/machines.ts';
import { readAgentIso, type AgentIso } from './agent-iso.ts';
import { rollOutOperators } from './cluster-version.ts';
import { diskGuest } from './disk-guest.ts';
import { createInstallation, type Installation } from './installation.ts';
import type { InstallerWorld } from './installer-world.ts';
import { liveGuest } from './live-guest.ts';

const SECOND = 1000;

/**
 * Plays the guests of agent-based installations: machines that boot an image of `openshift-install agent create image`,
 * and the systems these write to disk.
 *
 * A cluster forms only from machines that booted its image: until every host of the image has registered with its
 * rendezvous host it stays `insufficient`. Timed to some 45 to 70 minutes of simulated time.
 *
 * @returns what to call to end it: guests are gone then, and what they served.
 */
export function playInstallations(world: InstallerWorld): () => void {
  const installations = new Map<string, Installation>();
  const find = (iso: AgentIso): Installation => {
    const known = installations.get(iso.clusterId);
    if (known) return known;
    const made = createInstallation(iso, world.seed);
    installations.set(iso.clusterId, made);
    void guard(world, iso.cluster, direct(world, made));
    return made;
  };
  const stop = new AbortController();
  const ignore = world.machines.onBoot((event) => {
    const boot = { ...event, signal: AbortSignal.any([event.signal, stop.signal]) };
    void guard(world, boot.machine.name, leaveCluster(world, boot, installations));
    const guest = guestOf(world, boot, find, installations);
    if (guest) void guard(world, boot.machine.name, guest, boot.signal);
  });
  return () => {
    ignore();
    stop.abort(new Error('the world is over'));
  };
}

function guestOf(
  world: InstallerWorld,
  boot: Boot,
  find: (iso: AgentIso) => Installation,
  installations: ReadonlyMap<string, Installation>,
): Promise<void> | undefined {
  if (boot.from.kind === 'iso') {
    const iso = readAgentIso(boot.from.content);
    return iso && liveGuest(world, find(iso), boot);
  }
  const { data } = boot.from.system;
  const installation = data['kind'] === 'abi' ? installations.get(data['clusterId'] ?? '') : undefined;
  const host = installation?.iso.hosts.find(({ mac }) => mac === boot.machine.mac.toLowerCase());
  return installation && host && diskGuest(world, installation, host, boot);
}

/** A machine that boots an image runs its old cluster no more; without a majority of its masters that cluster is gone. */
async function leaveCluster(world: InstallerWorld, { machine, from }: Boot, installations: ReadonlyMap<string, Installation>): Promise<void> {
  const installation = from.kind === 'iso' ? installations.get(machine.installed()?.data['clusterId'] ?? '') : undefined;
  if (!installation || installation.lost.has(machine.mac)) return;
  installation.lost.add(machine.mac);
  const masters = installation.iso.hosts.filter(({ role }) => role === 'master');
  const left = masters.filter(({ mac }) => !installation.lost.has(mac));
  const { cluster: name, clusterId } = installation.iso;
  if (left.length <= masters.length / 2) await world.clock.during(world.clusterLost({ name, clusterId }));
}

/** What the assisted-service and the cluster do by themselves, beside their hosts. */
async function direct(world: InstallerWorld, installation: Installation): Promise<void> {
  const { iso } = installation;
  const pause = (stage: string, minMs: number, maxMs: number): Promise<void> => world.clock.sleep(installation.delayMs(iso.cluster, stage, minMs, maxMs));
  await installation.ready.promise;
  await pause('ready', 5 * SECOND, 15 * SECOND);
  installation.setStatus('preparing-for-installation');
  for (const host of iso.hosts) installation.report(host, { status: 'preparing-for-installation', statusInfo: 'Host is preparing for installation' });
  await pause('prepare', 60 * SECOND, 120 * SECOND);
  installation.setStatus('installing');
  for (const host of iso.hosts) installation.report(host, { status: 'installing', statusInfo: 'Installation is in progress' });
  installation.installing.resolve();
  await installation.apiUp.promise;
  const { cluster: name, baseDomain, version, clusterId, certificates } = iso;
  const kube = await world.clock.during(world.clusterFormed({ name, baseDomain, version, clusterId, certificates }));
  await rollOutOperators(world, { ...iso, complete: installation.allJoined.promise, delayMs: installation.delayMs }, kube);
}

/** A guest that is gone is no failure; anything else is a mistake in the world. */
async function guard(world: InstallerWorld, who: string, play: Promise<void>, signal?: AbortSignal): Promise<void> {
  try {
    await play;
  } catch (error) {
    if (!signal?.aborted) world.log(`${who}: ${messageOf(error)}`);
  }
}
