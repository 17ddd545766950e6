import type { Given, SpecError } from './aci-conditions.ts';
import type { HostRecord, HostState } from './service/records.ts';

/** All conditions of an Agent, with the reasons and messages of assisted-service (recorded/assisted). */
export function agentConditions(host: HostRecord, error: SpecError | undefined): readonly Given[] {
  return [specSynced(error), connected(host), requirementsMet(host), validated(host), installed(host), bound(host)];
}

export function specSynced(error: SpecError | undefined): Given {
  const type = 'SpecSynced';
  if (!error) return { type, status: 'True', reason: 'SyncOK', message: 'The Spec has been successfully applied' };
  if (error.kind === 'input')
    return { type, status: 'False', reason: 'InputError', message: `The Spec could not be synced due to an input error: ${error.message}` };
  return { type, status: 'False', reason: 'BackendError', message: `The Spec could not be synced due to backend error: ${error.message}` };
}

function connected({ state }: HostRecord): Given {
  const type = 'Connected';
  if (state === 'disconnected')
    return {
      type,
      status: 'False',
      reason: 'AgentIsDisconnected',
      message: 'The agent has not contacted the installation service in some time, user action should be taken',
    };
  return { type, status: 'True', reason: 'AgentIsConnected', message: "The agent's connection to the installation service is unimpaired" };
}

const UNKNOWN: readonly HostState[] = ['preparing-failed'];
const STOPPED: readonly HostState[] = ['installed', 'added-to-existing-cluster', 'error'];
const INSTALLING: readonly HostState[] = [
  'preparing-for-installation',
  'preparing-successful',
  'installing',
  'installing-in-progress',
  'installing-pending-user-action',
];

function unknown(type: string, state: HostState): Given {
  return { type, status: 'Unknown', reason: 'UnknownStatus', message: `The installation status is currently not recognized: ${state}` };
}

function requirementsMet({ state, approved }: HostRecord): Given {
  const type = 'RequirementsMet';
  if (UNKNOWN.includes(state)) return unknown(type, state);
  if (STOPPED.includes(state)) return { type, status: 'True', reason: 'AgentInstallationStopped', message: 'The agent installation stopped' };
  if (INSTALLING.includes(state)) return { type, status: 'True', reason: 'AgentAlreadyInstalling', message: 'Installation already started and is in progress' };
  if (state !== 'known') return { type, status: 'False', reason: 'AgentNotReady', message: 'The agent is not ready to begin the installation' };
  if (!approved) return { type, status: 'False', reason: 'AgentIsNotApproved', message: 'The agent is not approved' };
  return { type, status: 'True', reason: 'AgentIsReady', message: 'The agent is ready to begin the installation' };
}

function validated({ state, validations }: HostRecord): Given {
  const type = 'Validated';
  if (!validations) return { type, status: 'Unknown', reason: 'ValidationsUnknown', message: "The agent's validations have not yet been calculated" };
  const failing = validations.filter(({ status }) => status !== 'success').map(({ message }) => message);
  if (state === 'insufficient')
    return { type, status: 'False', reason: 'ValidationsFailing', message: `The agent's validations are failing: ${failing.join(',')}` };
  if (state === 'pending-for-input')
    return { type, status: 'False', reason: 'ValidationsUserPending', message: `The agent's validations are pending for user: ${failing.join(',')}` };
  return { type, status: 'True', reason: 'ValidationsPassing', message: "The agent's validations are passing" };
}

function installed({ state, stateInfo }: HostRecord): Given {
  const type = 'Installed';
  if (UNKNOWN.includes(state)) return unknown(type, state);
  if (state === 'installed' || state === 'added-to-existing-cluster')
    return { type, status: 'True', reason: 'InstallationCompleted', message: `The installation has completed: ${stateInfo}` };
  if (state === 'error') return { type, status: 'False', reason: 'InstallationFailed', message: `The installation has failed: ${stateInfo}` };
  if (INSTALLING.includes(state)) return { type, status: 'False', reason: 'InstallationInProgress', message: `The installation is in progress: ${stateInfo}` };
  return { type, status: 'False', reason: 'InstallationNotStarted', message: 'The installation has not yet started' };
}

function bound({ clusterId }: HostRecord): Given {
  if (clusterId === undefined) return { type: 'Bound', status: 'False', reason: 'Unbound', message: 'The agent is not bound to any cluster deployment' };
  return { type: 'Bound', status: 'True', reason: 'Bound', message: 'The agent is bound to a cluster deployment' };
}
