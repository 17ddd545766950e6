import { validateHost } from './host-validations.ts';
import { eligibleDisks } from './inventory.ts';
import type { HostRecord, HostState, Validation } from './records.ts';
import { goDuration, hasRebooted, type StageLimits } from './stages.ts';
import { isConnected, type HostView } from './views.ts';

/**
 * How a host goes on, as the service's host monitor decides every 8 s.
 *
 * It is *discovering* until its inventory is there; then *insufficient* or *pending-for-input* until every check passes,
 * *known* while it waits for the cluster, *disconnected* when it falls silent. Once the cluster prepares, it goes through
 * *preparing-for-installation* to *preparing-successful* (or *preparing-failed*, and back to *known*), then *installing*,
 * and *installing-in-progress* with the first stage its installer reports, to *installed*. *error* is final.
 */
export function refreshHost(view: HostView, limits: StageLimits): HostRecord {
  const validations = validateHost(view);
  const host = same(view.host.validations, validations) ? view.host : { ...view.host, validations };
  const next = nextState({ ...view, host }, validations, limits);
  if (next === undefined || (next[0] === host.state && next[1] === host.stateInfo)) return host;
  const [state, stateInfo] = next;
  return { ...host, state, stateInfo, stateSinceMs: state === host.state ? host.stateSinceMs : view.nowMs };
}

type Next = readonly [state: HostState, info: string] | undefined;

const HARDWARE = ['has-min-valid-disks', 'has-min-cpu-cores', 'has-min-memory', 'compatible-with-cluster-platform'];
/** Checked and shown, but an installation may begin all the same. */
const NOT_REQUIRED = [
  'ntp-synced',
  'container-images-available',
  'connected',
  'media-connected',
  'machine-cidr-defined',
  'mtu-valid',
  'has-inventory',
  'no-iscsi-nic-belongs-to-machine-cidr',
];

export const HOST_INFO = {
  discovering: 'Waiting for host to send hardware details',
  known: 'Host is ready to be installed',
  disconnected: 'Host has stopped communicating with the installation service',
  prepared: 'Host finished successfully to prepare for installation',
  installing: 'Installation is in progress',
  partOfFailedCluster: 'Host is part of a cluster that failed to install',
} as const;

function nextState(view: HostView, validations: readonly Validation[], limits: StageLimits): Next {
  const { host, cluster, nowMs } = view;
  const connected = isConnected(host, nowMs);
  switch (host.state) {
    case 'discovering':
    case 'insufficient':
    case 'pending-for-input':
    case 'disconnected':
    case 'known':
      if (!connected) return ['disconnected', HOST_INFO.disconnected];
      if (host.state === 'known' && cluster.state === 'preparing-for-installation') return ['preparing-for-installation', HOST_INFO.prepared];
      return discovered(host, validations);
    case 'preparing-for-installation':
      if (!connected) return ['disconnected', 'Host failed to install due to timeout while connecting to host during the preparation phase.'];
      if (host.facts.failedImages && host.facts.failedImages.length > 0)
        return ['preparing-failed', `Host failed to prepare for installation due to following failing validation(s): ${failing(validations)}`];
      if (cluster.state !== 'preparing-for-installation') return ['known', HOST_INFO.known];
      return host.facts.failedImages && host.facts.diskSyncMs !== undefined ? ['preparing-successful', HOST_INFO.prepared] : undefined;
    case 'preparing-failed':
      if (!connected) return ['disconnected', HOST_INFO.disconnected];
      return cluster.state === 'preparing-for-installation' ? undefined : ['known', HOST_INFO.known];
    case 'preparing-successful':
      if (!connected) return ['disconnected', 'Host failed to install due to timeout while connecting to host during the preparation phase.'];
      if (cluster.state === 'installing') return ['installing', HOST_INFO.installing];
      return cluster.state === 'preparing-for-installation' ? undefined : ['known', HOST_INFO.known];
    case 'installing':
    case 'installing-in-progress':
      if (cluster.state === 'error' && !host.day2) return ['error', HOST_INFO.partOfFailedCluster];
      return installing(view, connected, limits);
    case 'installed':
    case 'installing-pending-user-action':
      return cluster.state === 'error' && !host.day2 ? ['error', HOST_INFO.partOfFailedCluster] : undefined;
    case 'added-to-existing-cluster':
    case 'unbinding-pending-user-action':
    case 'error':
      break;
  }
  return undefined;
}

function discovered(host: HostRecord, validations: readonly Validation[]): Next {
  if (!host.inventory) return ['discovering', HOST_INFO.discovering];
  const failed = validations.filter(({ status }) => status !== 'success').map(({ id }) => id);
  if (failed.some((id) => HARDWARE.includes(id))) return ['insufficient', `Host does not meet the minimum hardware requirements: ${failing(validations)}`];
  if (failed.includes('machine-cidr-defined')) return ['pending-for-input', `Waiting for user input: ${failing(validations)}`];
  if (failed.some((id) => !NOT_REQUIRED.includes(id)))
    return ['insufficient', `Host cannot be installed due to following failing validation(s): ${failing(validations)}`];
  return ['known', HOST_INFO.known];
}

function installing({ host, nowMs }: HostView, connected: boolean, limits: StageLimits): Next {
  const { progress } = host;
  if (!connected && !hasRebooted(progress?.stage))
    return ['error', 'Host failed to install due to timeout while connecting to host during the installation phase.'];
  if (progress === undefined) {
    return nowMs - host.stateSinceMs > limits.untilFirstStageMs ? ['error', 'Host failed to install due to timeout while starting installation'] : undefined;
  }
  const limitMs = limits.stages[progress.stage] ?? limits.otherStagesMs;
  const writing = progress.stage === 'Writing image to disk';
  if (nowMs - (writing ? progress.updatedMs : progress.startedMs) <= limitMs) return undefined;
  if (progress.stage === 'Rebooting')
    return [
      'installing-pending-user-action',
      `Host timed out when pulling the configuration files. Verify in the host console that the host boots from the OpenShift installation disk ${installationDiskLabel(host)} and has network access to the cluster API. The installation will resume after the host successfully boots and can access the cluster API`,
    ];
  if (writing)
    return [
      'error',
      `Host failed to install because its installation stage Writing image to disk did not sufficiently progress in the last ${goDuration(limitMs)}.`,
    ];
  return ['error', `Host failed to install because its installation stage ${progress.stage} took longer than expected ${goDuration(limitMs)}`];
}

function failing(validations: readonly Validation[]): string {
  return validations
    .filter(({ status }) => status === 'failure')
    .map(({ message }) => message)
    .toSorted()
    .join(' ; ');
}

/** As messages about the boot order name a disk: `Sim Disk S0002 (sdb, /dev/disk/by-id/wwn-…)`. */
export function installationDiskLabel(host: HostRecord): string {
  const disk = installationDisk(host);
  return disk ? `${disk.model} ${disk.serial} (${disk.name}, ${disk.id})` : '';
}

/** The disk asked for, else the one the service prefers. */
export function installationDisk(host: HostRecord): ReturnType<typeof eligibleDisks>[number] | undefined {
  if (!host.inventory) return undefined;
  return host.inventory.disks.find(({ id }) => id === host.requestedDiskId) ?? eligibleDisks(host.inventory)[0];
}

export function same(a: readonly Validation[] | undefined, b: readonly Validation[]): boolean {
  return a?.length === b.length && a.every((one, index) => one.id === b[index]?.id && one.status === b[index].status && one.message === b[index].message);
}
