import type { Clock } from '../../../../util/clock.ts';
import { HOST_INFO, installationDiskLabel } from './host-states.ts';
import { newHost, type InstallationService } from './installation-service.ts';
import type { Inventory } from './inventory.ts';
import type { HostFacts, HostRecord, HostState } from './records.ts';
import type { Stage } from './stages.ts';

/** What hosts and the new cluster tell the service: the REST calls of discovery agent, installer and assisted-controller. */
export interface AgentApi {
  /** A host came up in the discovery image of an InfraEnv. */
  register(hostId: string, infraEnvId: string): void;
  sendInventory(hostId: string, inventory: Inventory): void;
  answer(hostId: string, facts: Partial<HostFacts>): void;
  /** Its agent no longer calls, or calls again. */
  silent(hostId: string): void;
  talk(hostId: string): void;
  /** @returns whether the service took it: it does not once the installation has failed. */
  report(hostId: string, stage: Stage, info?: string): boolean;
  finalizing(clusterId: string, stage: string): void;
  operator(clusterId: string, name: string, status: string, message: string): void;
  uploadIngressCa(clusterId: string): void;
}

/** What the service wants of a host's agent now. */
export type Instruction = 'inventory' | 'network-checks' | 'prepare' | 'install' | 'ignition';

export function createAgentApi(service: InstallationService, clock: Clock): AgentApi {
  return {
    register(hostId, infraEnvId) {
      const infraEnv = service.infraEnvs.get(infraEnvId);
      if (!infraEnv) return;
      const known = service.hosts.get(hostId);
      if (known?.infraEnvId === infraEnvId) return service.putHost(registerAgain({ ...known, silentSinceMs: undefined }, clock.now()));
      if (known) service.removeHost(hostId);
      const cluster = infraEnv.clusterId === undefined ? undefined : service.clusters.get(infraEnv.clusterId);
      const day2 = cluster?.state === 'adding-hosts';
      service.putHost(newHost({ id: hostId, infraEnvId, clusterId: cluster?.id, day2 }, cluster?.spec.controlPlanes === 1 && !day2, clock.now()));
    },
    sendInventory: (hostId, inventory) => service.changeHost(hostId, (host) => ({ ...host, inventory })),
    answer: (hostId, facts) => service.changeHost(hostId, (host) => ({ ...host, facts: { ...host.facts, ...facts } })),
    silent: (hostId) => service.changeHost(hostId, (host) => (host.silentSinceMs === undefined ? { ...host, silentSinceMs: clock.now() } : host)),
    talk: (hostId) => service.changeHost(hostId, (host) => (host.silentSinceMs === undefined ? host : { ...host, silentSinceMs: undefined })),
    report(hostId, stage, info) {
      const host = service.hosts.get(hostId);
      if (!host || !INSTALLING.includes(host.state)) return false;
      service.putHost(withStage(host, stage, info, clock.now()));
      return true;
    },
    finalizing: (clusterId, stage) =>
      service.changeCluster(clusterId, (cluster) => (cluster.state === 'finalizing' ? { ...cluster, finalizing: { stage, startedMs: clock.now() } } : cluster)),
    operator: (clusterId, name, status, message) =>
      service.changeCluster(clusterId, (cluster) => ({ ...cluster, operators: new Map(cluster.operators).set(name, { status, message }) })),
    uploadIngressCa: (clusterId) => service.changeCluster(clusterId, (cluster) => ({ ...cluster, ingressCa: true })),
  };
}

const INSTALLING: readonly HostState[] = ['installing', 'installing-in-progress', 'installing-pending-user-action'];
const FINAL: readonly HostState[] = ['installed', 'added-to-existing-cluster', 'unbinding-pending-user-action', 'error'];

/** A host that boots the discovery image again: before the installation it starts over, after its reboot it has the wrong boot order. */
function registerAgain(host: HostRecord, nowMs: number): HostRecord {
  if (FINAL.includes(host.state)) return host;
  if (!INSTALLING.includes(host.state)) {
    return { ...host, state: 'discovering', stateInfo: HOST_INFO.discovering, stateSinceMs: nowMs, inventory: undefined, facts: {}, validations: undefined };
  }
  if (host.progress?.stage === 'Rebooting' || host.state === 'installing-pending-user-action') {
    const stateInfo = `Expected the host to boot from disk, but it booted the installation image - please reboot and fix boot order to boot from disk ${installationDiskLabel(host)}`;
    return { ...host, state: 'installing-pending-user-action', stateInfo, stateSinceMs: nowMs };
  }
  return { ...host, state: 'error', stateInfo: 'The host unexpectedly restarted during the installation', stateSinceMs: nowMs };
}

function withStage(host: HostRecord, stage: Stage, info: string | undefined, nowMs: number): HostRecord {
  if (stage === 'Failed') return { ...host, state: 'error', stateInfo: `Failed - ${info ?? ''}`, stateSinceMs: nowMs };
  const startedMs = host.progress?.stage === stage ? host.progress.startedMs : nowMs;
  const state: HostState = stage === 'Done' ? (host.day2 ? 'added-to-existing-cluster' : 'installed') : 'installing-in-progress';
  return {
    ...host,
    state,
    stateInfo: stage,
    stateSinceMs: state === host.state ? host.stateSinceMs : nowMs,
    progress: { stage, info, startedMs, updatedMs: nowMs },
  };
}

/** What the service would answer this host's agent when it asks for its next steps, and has not been answered yet. */
export function instructionsFor(host: HostRecord, peers: readonly HostRecord[]): readonly Instruction[] {
  if (host.state === 'preparing-for-installation') return host.facts.failedImages && host.facts.diskSyncMs !== undefined ? [] : ['prepare'];
  if (host.state === 'installing') return host.progress === undefined ? ['install'] : [];
  if (!DISCOVERED.includes(host.state)) return [];
  if (!host.inventory) return ['inventory'];
  // The first look of the monitor comes before further questions.
  if (host.state === 'discovering') return [];
  const others = peers.filter(({ id, inventory }) => id !== host.id && inventory !== undefined);
  const checked = host.facts.dnsResolved !== undefined && others.every(({ id }) => host.facts.reaches?.has(id) || host.facts.reaches?.has(`!${id}`));
  return [...(checked ? [] : (['network-checks'] as const)), ...(host.day2 && host.facts.ignitionFetched === undefined ? (['ignition'] as const) : [])];
}

const DISCOVERED: readonly HostState[] = ['discovering', 'insufficient', 'pending-for-input', 'known'];
