import type { Boot } from '../machines/machines.ts';
import type { IsoHost } from './agent-iso.ts';
import type { Installation } from './installation.ts';
import type { InstallerWorld } from './installer-world.ts';
import { untilAborted } from './until-aborted.ts';

const MINUTE = 60_000;

/** A machine that booted what the installation wrote: joins the cluster, whose API a single node itself brings up. */
export async function diskGuest(world: InstallerWorld, installation: Installation, host: IsoHost, { signal }: Boot): Promise<void> {
  if (installation.reports.get(host.mac)?.stage !== 'Rebooting') return; // A later boot of a node that has joined.
  const pause = (stage: string, minMs: number, maxMs: number): Promise<void> =>
    world.clock.sleep(installation.delayMs(host.hostname, stage, minMs, maxMs), signal);
  await pause('boot-disk', MINUTE, 2 * MINUTE);
  installation.report(host, { stage: 'Configuring', statusInfo: 'Configuring', percent: 0 });
  if (installation.iso.hosts.length === 1) {
    await pause('api', 4 * MINUTE, 6 * MINUTE);
    installation.apiUp.resolve();
  }
  await untilAborted(installation.apiUp.promise, signal);
  await pause('join', 2 * MINUTE, 4 * MINUTE);
  installation.report(host, { stage: 'Joined', statusInfo: 'Joined' });
  await pause('done', MINUTE, 2 * MINUTE);
  installation.report(host, { status: 'installed', stage: 'Done', statusInfo: 'Done', percent: 100 });
}
