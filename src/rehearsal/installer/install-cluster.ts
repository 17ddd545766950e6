import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { jitterMs } from '../controllers/jitter.ts';
import { bootstrap } from './bootstrap.ts';
import { MINUTE } from './guest.ts';
import type { IgnitionCluster } from './ignition-cluster.ts';
import { LOG_FILE } from './install-folder.ts';
import { ignitionOf } from './ignition.ts';
import type { InstallRequest } from './install-request.ts';
import type { InstallerWorld } from './installer-world.ts';
import { untilAborted } from './until-aborted.ts';
import type { LiveIso } from './live-iso.ts';

type Host = InstallRequest['hosts'][number];
type Say = (level: 'info' | 'error' | 'fatal', message: string) => void;

/** Where Ironic's images are, on the bootstrap VM and then on the control plane. */
const IMAGES_PORT = 6180;

/**
 * What `create cluster` brings about: a bootstrap VM, a control plane that metal3 installs from there, and workers that the
 * cluster installs itself. Hosts are driven through their BMCs with what install-config says of them.
 *
 * @returns the installer's exit code. It claims no wording of the real one.
 */
export async function installCluster(world: InstallerWorld, cluster: IgnitionCluster, request: InstallRequest, signal: AbortSignal): Promise<number> {
  const { folder, identity, hosts } = request;
  const { cluster: name, baseDomain } = identity;
  const say = sayIn(world, folder);
  const address = world.bootstrapAddress(name) ?? '';
  const vm = new AbortController();
  const alive = AbortSignal.any([vm.signal, signal]);
  const pause = (stage: string, minMs: number, maxMs: number): Promise<void> =>
    world.clock.sleep(jitterMs(world.seed, `${name}/bootstrap`, `ipi/${stage}`, minMs, maxMs), alive);
  const byRole = (role: Host['role']): readonly Host[] => hosts.filter((host) => host.role === role);
  say('info', 'Creating infrastructure resources');
  try {
    await pause('vm', 2 * MINUTE, 4 * MINUTE);
    const silence = world.listen({ host: address, port: 22 }, 'SSH-2.0-OpenSSH_8.7');
    alive.addEventListener('abort', silence, { once: true });
    say('info', `Waiting for the Kubernetes API at https://api.${name}.${baseDomain}:6443`);
    const bootstrapped = bootstrap(world, cluster, { address, signal: alive, pause });
    bootstrapped.catch(() => undefined); // It is awaited below, where hosts have been provisioned.
    await untilAborted(cluster.formed.promise, signal);
    say('info', 'API up; waiting for bootstrapping to complete');
    for (const host of byRole('master')) await provision(world, request, host, address);
    await bootstrapped;
    await untilAborted(cluster.bootstrapComplete.promise, signal);
    say('info', 'Destroying the bootstrap resources');
    vm.abort(new Error('the bootstrap VM is destroyed'));
    say('info', `Waiting for the cluster at https://api.${name}.${baseDomain}:6443 to initialize`);
    for (const host of byRole('worker')) await provision(world, request, host, address);
    await cluster.rolledOut.promise;
    say('info', 'Install complete!');
    return 0;
  } catch (error) {
    if (signal.aborted) throw error;
    say('error', messageOf(error));
    say('fatal', isLabwrightError(error) ? 'failed to provision the control plane' : 'the installer failed');
    vm.abort(new Error('the installer failed'));
    return 4;
  }
}

/** What `wait-for install-complete` does. */
export async function awaitCluster(world: InstallerWorld, cluster: IgnitionCluster, folder: string): Promise<number> {
  const say = sayIn(world, folder);
  say('info', 'Waiting for the cluster to initialize');
  await cluster.rolledOut.promise;
  say('info', 'Install complete!');
  return 0;
}

/** As Ironic does by virtual media: off, the image in the drive, booted from it once. */
async function provision(
  world: InstallerWorld,
  { cause, identity, hosts }: InstallRequest,
  { name, role, address, username, password, disk }: Host,
  from: string,
): Promise<void> {
  const bmc = world.bmc({ url: address, username, password }, cause ?? undefined);
  const { cluster, clusterId, version } = identity;
  const url = `http://${from.includes(':') ? `[${from}]` : from}:${IMAGES_PORT}/images/${clusterId}/boot-${name}.iso`;
  const image: LiveIso = { kind: 'rhcos-live', version, destination: { ignition: ignitionOf({ kind: 'node', role, cluster, clusterId }), device: disk } };
  world.publishIso(url, Buffer.from(JSON.stringify(image)));
  await world.clock.sleep(Math.round(jitterMs(world.seed, `${cluster}/${name}`, 'ipi/register', MINUTE / 2, MINUTE) / hosts.length));
  if ((await bmc.power()) === 'On') await bmc.reset('ForceOff');
  await bmc.ejectMedia();
  await bmc.insertMedia(url);
  await bmc.bootOnce('Cd');
  await bmc.reset('On');
}

/** Into the file that the real one logs to, beside what it shows. */
function sayIn(world: InstallerWorld, folder: string): Say {
  return (level, message) => {
    const time = new Date(world.clock.now()).toISOString();
    appendFileSync(join(folder, LOG_FILE), `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}\n`);
  };
}
