import type { Boot } from '../machines/machines.ts';
import type { IsoHost } from './agent-iso.ts';
import { serveAssisted } from './assisted-rest.ts';
import type { Installation } from './installation.ts';
import type { InstallerWorld } from './installer-world.ts';
import { untilAborted } from './until-aborted.ts';

const SECOND = 1000;
const MINUTE = 60_000;

/**
 * A machine that booted the image: registers with the rendezvous host, then writes its disk and reboots into it.
 *
 * The rendezvous host serves the others, is the bootstrap of the cluster, and writes its own disk last.
 *
 * @throws the boot's reason when the machine loses power or reboots.
 */
export async function liveGuest(world: InstallerWorld, installation: Installation, { machine, signal }: Boot): Promise<void> {
  const host = installation.iso.hosts.find(({ mac }) => mac === machine.mac.toLowerCase());
  const name = host?.hostname ?? machine.name;
  const pause = (stage: string, minMs: number, maxMs: number): Promise<void> => world.clock.sleep(installation.delayMs(name, stage, minMs, maxMs), signal);

  await pause('agent', 2 * MINUTE, 4 * MINUTE);
  const isRendezvous = machine.address === installation.iso.rendezvousIP;
  if (isRendezvous) await serveAssisted(world, installation, signal);
  if (host === undefined) return world.log(`${machine.name} booted the image of ${installation.iso.cluster}, which does not know its MAC`);
  if (isRendezvous) installation.rendezvousUp.resolve(host.mac);
  await untilAborted(installation.rendezvousUp.promise, signal);

  const leave = (): void => {
    const report = installation.reports.get(host.mac);
    if (report?.stage === '') installation.report(host, { status: 'disconnected', statusInfo: 'Host keepalive timeout' });
  };
  signal.addEventListener('abort', leave, { once: true });
  await pause('register', 5 * SECOND, 30 * SECOND);
  installation.report(host, { status: 'discovering' });
  await pause('validate', MINUTE, 2 * MINUTE);
  installation.report(host, { status: 'known', statusInfo: 'Host is ready to be installed' });
  await untilAborted(installation.installing.promise, signal);
  await writeDisk({ world, installation, host, boot: { machine, signal }, pause }, isRendezvous);
}

interface Writing {
  readonly world: InstallerWorld;
  readonly installation: Installation;
  readonly host: IsoHost;
  readonly boot: Pick<Boot, 'machine' | 'signal'>;
  readonly pause: (stage: string, minMs: number, maxMs: number) => Promise<void>;
}

async function writeDisk({ world, installation, host, boot, pause }: Writing, isRendezvous: boolean): Promise<void> {
  const { machine, signal } = boot;
  const { iso } = installation;
  const stage = (name: string, percent = 0): void => installation.report(host, { status: 'installing-in-progress', statusInfo: name, stage: name, percent });
  stage('Starting installation');
  await pause('start', 10 * SECOND, 30 * SECOND);
  stage('Installing');
  await pause('install', 20 * SECOND, MINUTE);
  if (isRendezvous) await bootstrap(installation, stage, pause, signal);
  else if (host.role === 'worker') {
    stage('Waiting for control plane');
    await untilAborted(installation.apiUp.promise, signal);
  }
  stage('Writing image to disk');
  if (world.faults.hits('install-fails', iso.cluster, host.hostname)) {
    await pause('fail', MINUTE, 2 * MINUTE);
    world.faults.spend('install-fails', iso.cluster);
    const text =
      'Failed - failed executing nsenter [coreos-installer install --insecure /dev/sda], Error exit status 1, LastOutput "Error: writing image: No space left on device"';
    return installation.report(host, { status: 'error', statusInfo: text });
  }
  for (let percent = 10; percent <= 100; percent += 10) {
    await pause(`write-${percent}`, 35 * SECOND, 55 * SECOND);
    stage('Writing image to disk', percent);
  }
  machine.writeDisk({ cluster: iso.cluster, hostname: host.hostname, data: { kind: 'abi', clusterId: iso.clusterId } });
  stage('Rebooting');
  await pause('reboot', 10 * SECOND, 20 * SECOND);
  machine.guestReboot();
}

/** One node brings its control plane up from its own disk; of several, the rendezvous host is it until two others are. */
async function bootstrap(installation: Installation, stage: (name: string) => void, pause: Writing['pause'], signal: AbortSignal): Promise<void> {
  stage('Waiting for bootkube');
  await pause('bootkube', 6 * MINUTE, 9 * MINUTE);
  if (installation.iso.hosts.length === 1) return;
  installation.apiUp.resolve();
  stage('Waiting for control plane');
  await untilAborted(installation.controlPlaneUp.promise, signal);
  await pause('hand-over', 3 * MINUTE, 5 * MINUTE);
}
