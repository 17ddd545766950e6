import type { Condition } from '../../../kube/objects.ts';
import { roleOf, type ClusterRecord, type ClusterState, type HostRecord } from './service/records.ts';

export type Given = Omit<Condition, 'lastTransitionTime'>;

/** Why a spec could not be taken: the user's mistake, or something that may pass (the service tries again). */
export interface SpecError {
  readonly kind: 'input' | 'backend';
  readonly message: string;
  /** When what may pass is tried again; default 11 s: ten, and the look itself. */
  readonly retryMs?: number;
}

export interface AciView {
  readonly cluster: ClusterRecord | undefined;
  readonly hosts: readonly HostRecord[];
  readonly specError: SpecError | undefined;
  readonly hold: boolean;
  /** Agents whose own spec is not synced. */
  readonly unsynced: number;
}

const NOT_AVAILABLE = ['Validated', 'RequirementsMet', 'Completed', 'Failed', 'Stopped'] as const;

/** All conditions of an AgentClusterInstall, with the reasons and messages of assisted-service (recorded/assisted). */
export function aciConditions(view: AciView): readonly Given[] {
  const { cluster } = view;
  if (!cluster)
    return [
      specSynced(view.specError),
      ...NOT_AVAILABLE.map((type): Given => ({ type, status: 'Unknown', reason: 'NotAvailable', message: 'Information not available' })),
    ];
  return [
    specSynced(view.specError),
    validated(cluster),
    requirementsMet(view, cluster),
    completed(view, cluster),
    failed(cluster),
    stopped(cluster),
    preparation(cluster),
  ];
}

function specSynced(error: SpecError | undefined): Given {
  if (!error) return { type: 'SpecSynced', status: 'True', reason: 'SyncOK', message: 'SyncOK' };
  if (error.kind === 'input')
    return { type: 'SpecSynced', status: 'False', reason: 'InputError', message: `The Spec could not be synced due to an input error: ${error.message}` };
  return { type: 'SpecSynced', status: 'False', reason: 'BackendError', message: `The Spec could not be synced due to backend error: ${error.message}` };
}

function validated(cluster: ClusterRecord): Given {
  const failing = (cluster.validations ?? []).filter(({ status }) => status !== 'success').map(({ message }) => message);
  const type = 'Validated';
  if (cluster.state === 'insufficient')
    return { type, status: 'False', reason: 'ValidationsFailing', message: `The cluster's validations are failing: ${failing.join(',')}` };
  if (cluster.state === 'pending-for-input') {
    return { type, status: 'False', reason: 'ValidationsUserPending', message: `The cluster's validations are pending for user: ${failing.join(',')}` };
  }
  return { type, status: 'True', reason: 'ValidationsPassing', message: "The cluster's validations are passing" };
}

/** What keeps a cluster that is ready from being installed; undefined when nothing does. */
export function readinessGap(view: AciView, cluster: ClusterRecord): { readonly reason: string; readonly message: string } | undefined {
  const masters = view.hosts.filter((host) => roleOf(host) === 'master').length;
  const workers = view.hosts.filter((host) => roleOf(host) === 'worker').length;
  const { controlPlanes, workers: wanted } = cluster.spec;
  if (masters !== controlPlanes || workers !== wanted) {
    const message =
      `The cluster currently requires exactly ${controlPlanes} master agents, 0 arbiter agents and ${wanted} worker agents, ` +
      `but currently registered ${masters} master agents, 0 arbiter agents and ${workers} worker agents`;
    return { reason: 'InsufficientAgents', message };
  }
  const ready = view.hosts.filter(({ approved, state }) => approved && state === 'known').length;
  const missing = controlPlanes + wanted - ready;
  if (missing > 0) return { reason: 'UnapprovedAgents', message: `The installation is pending on the approval of ${missing} agents` };
  if (view.unsynced > 0) return { reason: 'UnsyncedAgents', message: `The cluster currently has ${view.unsynced} agents with spec error` };
  return undefined;
}

function requirementsMet(view: AciView, cluster: ClusterRecord): Given {
  const type = 'RequirementsMet';
  const { state } = cluster;
  if (state === 'ready') {
    const gap = readinessGap(view, cluster);
    return gap
      ? { type, status: 'False', ...gap }
      : { type, status: 'True', reason: 'ClusterIsReady', message: 'The cluster is ready to begin the installation' };
  }
  if (state === 'insufficient' || state === 'pending-for-input')
    return { type, status: 'False', reason: 'ClusterNotReady', message: 'The cluster is not ready to begin the installation' };
  if (state === 'installed' || state === 'error')
    return { type, status: 'True', reason: 'ClusterInstallationStopped', message: 'The cluster installation stopped' };
  return { type, status: 'True', reason: 'ClusterAlreadyInstalling', message: 'The cluster requirements are met' };
}

const IN_PROGRESS: readonly ClusterState[] = ['preparing-for-installation', 'installing', 'installing-pending-user-action', 'finalizing'];

function completed(view: AciView, cluster: ClusterRecord): Given {
  const type = 'Completed';
  if (cluster.state === 'installed' || cluster.state === 'adding-hosts')
    return { type, status: 'True', reason: 'InstallationCompleted', message: `The installation has completed: ${cluster.stateInfo}` };
  if (cluster.state === 'error') return { type, status: 'False', reason: 'InstallationFailed', message: `The installation has failed: ${cluster.stateInfo}` };
  if (IN_PROGRESS.includes(cluster.state))
    return { type, status: 'False', reason: 'InstallationInProgress', message: `The installation is in progress: ${inProgress(cluster)}` };
  if (cluster.state === 'ready' && view.hold && !readinessGap(view, cluster)) {
    return { type, status: 'False', reason: 'InstallationOnHold', message: 'The installation is on hold. To unhold set holdInstallation to false' };
  }
  return { type, status: 'False', reason: 'InstallationNotStarted', message: 'The installation has not yet started' };
}

function inProgress(cluster: ClusterRecord): string {
  const version = cluster.operators.get('cvo');
  if (cluster.state !== 'finalizing' || !version) return cluster.stateInfo;
  return `${cluster.stateInfo}. Cluster version status: ${version.status}, message: ${version.message}`;
}

function failed(cluster: ClusterRecord): Given {
  if (cluster.state === 'error')
    return { type: 'Failed', status: 'True', reason: 'InstallationFailed', message: `The installation failed: ${cluster.stateInfo}` };
  return { type: 'Failed', status: 'False', reason: 'InstallationNotFailed', message: 'The installation has not failed' };
}

function stopped(cluster: ClusterRecord): Given {
  const type = 'Stopped';
  if (cluster.state === 'error') return { type, status: 'True', reason: 'InstallationFailed', message: 'The installation has stopped due to error' };
  if (cluster.state === 'installed' || cluster.state === 'adding-hosts')
    return { type, status: 'True', reason: 'InstallationCompleted', message: 'The installation has stopped because it completed successfully' };
  return { type, status: 'False', reason: 'InstallationNotStopped', message: 'The installation is waiting to start or in progress' };
}

/** Its reasons are sentences and its message is empty: so the real service writes it. */
function preparation(cluster: ClusterRecord): Given {
  const type = 'LastInstallationPreparationFailed';
  if (cluster.preparation === 'never') return { type, status: 'False', reason: 'Cluster preparation has never been performed for this cluster', message: '' };
  if (cluster.preparation === 'succeeded') return { type, status: 'False', reason: 'There is no failing prior preparation attempt', message: '' };
  return { type, status: 'True', reason: 'The last preparation attempt failed', message: cluster.stateInfo };
}
