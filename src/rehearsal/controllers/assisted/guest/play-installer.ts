import { roleOf } from '../service/records.ts';
import { hasRebooted } from '../service/stages.ts';
import type { InstallerStep } from './host-script.ts';
import { until, type PlayerDeps } from './play-agent.ts';

/**
 * Plays the installer of one host.
 *
 * @returns the steps that are left when the host reboots on its own; none when it is done, has failed or is no longer listened to.
 */
export async function playInstaller(deps: PlayerDeps, hostId: string, steps: readonly InstallerStep[], signal: AbortSignal): Promise<readonly InstallerStep[]> {
  const { clock, agents } = deps;
  for (const [index, step] of steps.entries()) {
    switch (step.do) {
      case 'report':
        await clock.sleep(step.afterMs, signal);
        if (!agents.report(hostId, step.stage, step.info)) return [];
        break;
      case 'fail':
        await clock.sleep(step.afterMs, signal);
        agents.report(hostId, 'Failed', step.message);
        return [];
      case 'fall-silent':
        await clock.sleep(step.afterMs, signal);
        agents.silent(hostId);
        return [];
      case 'await-control-plane':
        await controlPlaneRebooted(deps, hostId, signal);
        break;
      case 'reboot':
        return steps.slice(index + 1);
    }
  }
  return [];
}

async function controlPlaneRebooted({ service }: PlayerDeps, hostId: string, signal: AbortSignal): Promise<void> {
  await until(service, signal, () => {
    const host = service.hosts.get(hostId);
    if (host?.clusterId === undefined) return true;
    const others = service.hostsOf(host.clusterId).filter((other) => other.id !== hostId && !other.bootstrap && !other.day2 && roleOf(other) === 'master');
    return others.every(({ progress }) => hasRebooted(progress?.stage)) || undefined;
  });
}
