import type { Clock } from '../../../../util/clock.ts';
import { instructionsFor, type AgentApi, type Instruction } from '../service/agent-api.ts';
import type { InstallationService } from '../service/installation-service.ts';
import type { HostFacts, HostRecord } from '../service/records.ts';
import type { HostScript } from './host-script.ts';

export interface PlayerDeps {
  readonly clock: Clock;
  readonly service: InstallationService;
  readonly agents: AgentApi;
}

/**
 * Plays the discovery agent of one host: registers and answers what the service asks, until it is told to install.
 *
 * @returns when it shall install; rejects with the signal's reason when the host loses its guest.
 */
export async function playAgent(deps: PlayerDeps, hostId: string, infraEnvId: string, script: HostScript, signal: AbortSignal): Promise<void> {
  const { clock, service, agents } = deps;
  await clock.sleep(script.registerMs, signal);
  agents.register(hostId, infraEnvId);
  for (;;) {
    const [first] = await nextInstructions(service, hostId, signal);
    if (first === undefined) return;
    await clock.sleep(script.replyMs(first), signal);
    const host = service.hosts.get(hostId);
    if (!host) return;
    for (const instruction of askedNow(service, host)) {
      if (instruction === 'install') return;
      answer(deps, host, instruction, script);
    }
  }
}

/** What a host that answers is asked now; nothing for one that is silent. */
function askedNow(service: InstallationService, host: HostRecord): readonly Instruction[] {
  if (host.silentSinceMs !== undefined) return [];
  return instructionsFor(host, host.clusterId === undefined ? [] : service.hostsOf(host.clusterId));
}

/** Waits until the service wants something of a host. @returns nothing when the host is forgotten. */
async function nextInstructions(service: InstallationService, hostId: string, signal: AbortSignal): Promise<readonly Instruction[]> {
  return until(service, signal, () => {
    const host = service.hosts.get(hostId);
    if (!host) return [];
    const asked = askedNow(service, host);
    return asked.length > 0 ? asked : undefined;
  });
}

/** Waits until a look at the service's records gives something. */
export async function until<T>(service: InstallationService, signal: AbortSignal, look: () => T | undefined): Promise<T> {
  signal.throwIfAborted();
  const now = look();
  if (now !== undefined) return now;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stop = service.onChange(() => {
    const found = look();
    if (found !== undefined) resolve(found);
  });
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function answer({ service, agents }: PlayerDeps, host: HostRecord, instruction: Exclude<Instruction, 'install'>, script: HostScript): void {
  switch (instruction) {
    case 'inventory':
      return agents.sendInventory(host.id, script.inventory);
    case 'network-checks':
      return agents.answer(host.id, networkFacts(service, host, script));
    case 'prepare':
      return agents.answer(host.id, { failedImages: script.failedImages, diskSyncMs: script.diskSyncMs });
    case 'ignition':
      return agents.answer(host.id, { ignitionFetched: true });
  }
}

function networkFacts(service: InstallationService, host: HostRecord, script: HostScript): HostFacts {
  const cluster = host.clusterId === undefined ? undefined : service.clusters.get(host.clusterId);
  const others = (cluster ? service.hostsOf(cluster.id) : []).filter(({ id, inventory }) => id !== host.id && inventory !== undefined);
  const sources = service.infraEnvs.get(host.infraEnvId)?.ntpSources ?? [];
  return {
    // A host whose sources cannot be reached counts as synchronized with the next one.
    ntpSources: [
      ...sources.map((name) => ({ name, synced: script.ntpSynced })),
      ...(sources.length > 0 && script.ntpSynced ? [] : [{ name: 'local', synced: true }]),
    ],
    clockOffsetMs: script.clockOffsetMs,
    dnsResolved: true,
    reaches: new Set(others.map((other) => (script.reaches(other) ? other.id : `!${other.id}`))),
    vipsInUse: new Set(script.vipsInUse && cluster ? [...cluster.spec.apiVips, ...cluster.spec.ingressVips] : []),
  };
}
