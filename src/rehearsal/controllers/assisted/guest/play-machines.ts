import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../../../util/ids.ts';
import { faultsWith } from '../../../faults.ts';
import type { ObjectCache } from '../../object-cache.ts';
import type { Boot } from '../../../machines/machines.ts';
import type { AssistedDeps } from '../assisted-deps.ts';
import type { DiscoveryIso } from '../infraenv-controller.ts';
import { NMSTATE_CONFIG } from '../kinds.ts';
import { installationDisk } from '../service/host-states.ts';
import { stagesOfHost } from '../service/progress.ts';
import { hostnameOf, type HostRecord } from '../service/records.ts';
import { hasRebooted } from '../service/stages.ts';
import { healthyHost } from './healthy-host.ts';
import type { HostScript } from './host-script.ts';
import { machineInventory } from './machine-inventory.ts';
import { playAgent } from './play-agent.ts';
import { playFinalizing } from './play-finalizing.ts';
import { playInstaller } from './play-installer.ts';

/** Plays the guests of this hub's machines: the discovery image, the installer, the installed system's first minutes. @returns how to stop. */
export function playMachines(deps: AssistedDeps, cache: ObjectCache): () => void {
  const stopBoots = deps.machines.onBoot((boot) => {
    const guest = boot.from.kind === 'iso' ? discover(deps, cache, boot, boot.from.content) : continueOnDisk(deps, cache, boot);
    // A guest ends with its machine's power: nobody waits for it.
    guest.catch((error: unknown) => {
      if (!boot.signal.aborted) deps.log(`guest of ${boot.machine.name}: ${String(error)}`);
    });
  });
  const finalizing = new Set<string>();
  const stopFinalizing = deps.service.onChange((change) => {
    if (!('cluster' in change) || change.cluster.state !== 'finalizing' || finalizing.has(change.cluster.id)) return;
    finalizing.add(change.cluster.id);
    const { id, spec } = change.cluster;
    const endless = faultsWith('finalizingEndsIn').find(({ name }) => deps.faults.hits(name, spec.name));
    void playFinalizing(deps, id, { seed: deps.seed, endsIn: endless?.row.finalizingEndsIn }, new AbortController().signal);
  });
  return () => {
    stopBoots();
    stopFinalizing();
  };
}

async function discover(deps: AssistedDeps, cache: ObjectCache, boot: Boot, content: Buffer): Promise<void> {
  const iso = parseIso(content);
  if (iso?.hub !== deps.hub) return;
  const { machine, signal } = boot;
  const [cluster = '', node = ''] = iso.infraEnv.split('/');
  const script = scriptOf(deps, cache, boot, { cluster, node });
  const onGone = (): void => {
    // From its reboot on nobody expects the discovery agent to answer.
    if (!hasRebooted(deps.service.hosts.get(machine.uuid)?.progress?.stage)) deps.agents.silent(machine.uuid);
  };
  signal.addEventListener('abort', onGone, { once: true });
  if (deps.faults.hits('stray-agent', cluster)) {
    deps.faults.spend('stray-agent', cluster);
    void playStray(deps, iso.id, script, signal).catch(() => undefined);
  }
  await playAgent(deps, machine.uuid, iso.id, script, signal);
  const host = deps.service.hosts.get(machine.uuid);
  const record = host?.clusterId === undefined ? undefined : deps.service.clusters.get(host.clusterId);
  if (!host || !record) return;
  await playInstaller(deps, host.id, script.install(host, stagesOfHost(host, record)), signal);
  const after = deps.service.hosts.get(host.id);
  if (after?.progress?.stage !== 'Rebooting' || after.state !== 'installing-in-progress') return;
  machine.writeDisk({ cluster: record.spec.name, hostname: hostnameOf(after), data: { hub: deps.hub, host: host.id, cluster: record.id } });
  machine.guestReboot();
}

/** Another address of the same network, of those that are never planned first: `192.0.2.20/24` gives `192.0.2.253/24`. */
function neighbour(address: string): string {
  return address.replace(/\d+\/24$/, '253/24');
}

/** A machine that nobody planned boots the same image; it lives as long as the one it is like. */
async function playStray(deps: AssistedDeps, infraEnvId: string, script: HostScript, signal: AbortSignal): Promise<void> {
  const mac = '52:54:00:ff:ff:01';
  const interfaces = script.inventory.interfaces.map((one) => ({ ...one, mac_address: mac, ipv4_addresses: one.ipv4_addresses.map(neighbour) }));
  const inventory = { ...script.inventory, hostname: 'stray', interfaces };
  await playAgent(deps, uuidV5(LABWRIGHT_NAMESPACE, `stray/${infraEnvId}`), infraEnvId, { ...script, inventory }, signal);
}

/** A system that the installer wrote comes up for the first time: it joins its cluster. */
async function continueOnDisk(deps: AssistedDeps, cache: ObjectCache, boot: Boot): Promise<void> {
  if (boot.from.kind !== 'disk' || boot.from.system.data['hub'] !== deps.hub) return;
  const host = deps.service.hosts.get(boot.from.system.data['host'] ?? '');
  const cluster = host?.clusterId === undefined ? undefined : deps.service.clusters.get(host.clusterId);
  if (!host?.progress || !cluster || cluster.id !== boot.from.system.data['cluster']) return;
  const stages = stagesOfHost(host, cluster);
  const left = stages.slice(stages.indexOf(host.progress.stage) + 1);
  await playInstaller(
    deps,
    host.id,
    scriptOf(deps, cache, boot, { cluster: cluster.spec.name, node: boot.from.system.hostname })
      .install(host, stages)
      .filter((step) => step.do === 'report' && left.includes(step.stage)),
    boot.signal,
  );
}

/** What the machine's guest does: the faults that hit it change what a healthy one would. */
function scriptOf(
  deps: AssistedDeps,
  cache: ObjectCache,
  { machine }: Boot,
  { cluster, node }: { readonly cluster: string; readonly node: string },
): HostScript {
  const healthy = healthyHost(machine.uuid, {
    seed: deps.seed,
    inventory: machineInventory(machine, cache.list(NMSTATE_CONFIG)),
    writingFails: () => writingFault(deps, machine.uuid, machine.name),
  });
  return faultsWith('host')
    .filter(({ name, row }) => deps.faults.hits(name, cluster, row.target === 'host' ? node : undefined))
    .reduce((script, { row }) => row.host(script), healthy);
}

/** The fault `install-fails`, once per world: coreos-installer's words as recorded (sno-fail-writing-image). */
function writingFault(deps: AssistedDeps, hostId: string, machine: string): string | undefined {
  const host = deps.service.hosts.get(hostId);
  const cluster = host?.clusterId === undefined ? undefined : deps.service.clusters.get(host.clusterId);
  if (!host || !cluster || hasRebooted(host.progress?.stage)) return undefined;
  if (!nodeNames(host, machine).some((node) => deps.faults.hits('install-fails', cluster.spec.name, node))) return undefined;
  deps.faults.spend('install-fails', cluster.spec.name);
  const command = `coreos-installer install --insecure -i /opt/install-dir/ignition.ign ${installationDisk(host)?.path ?? '/dev/sda'}`;
  return `failed executing /usr/bin/nsenter [${command}], Error exit status 1, LastOutput "Error: writing image: No space left on device"`;
}

/** What a fault's place may call a node: its host name, the first label of it, or its machine. */
function nodeNames(host: HostRecord, machine: string): readonly string[] {
  const hostname = hostnameOf(host);
  return [hostname, hostname.split('.')[0] ?? hostname, machine];
}

function parseIso(content: Buffer): DiscoveryIso | undefined {
  try {
    const iso = JSON.parse(content.toString('utf8')) as DiscoveryIso;
    return iso.kind === 'discovery' ? iso : undefined;
  } catch {
    // Some other image: not for us.
    return undefined;
  }
}
