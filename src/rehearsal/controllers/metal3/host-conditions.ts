import type { Condition } from '../../../kube/objects.ts';
import type { HostStatus, ProvisioningState } from './host.ts';

const PROGRESS: Readonly<Record<ProvisioningState, string | undefined>> = {
  registering: 'Registering',
  inspecting: 'Inspecting',
  preparing: 'Preparing',
  available: undefined,
  provisioning: 'Provisioning',
  provisioned: undefined,
  'externally provisioned': undefined,
  deprovisioning: 'Deprovisioning',
  'powering off before delete': 'PoweringOffBeforeDelete',
  deleting: 'Deleting',
};

/**
 * The conditions of a BareMetalHost for its state (recorded/metal3), without messages: the operator leaves them empty, the
 * text of an error is in `status.errorMessage`. Health is never known: the simulated BMC service reports none.
 */
export function hostConditions(status: HostStatus): readonly Omit<Condition, 'message' | 'lastTransitionTime'>[] {
  const { state } = status.provisioning;
  const detached = status.operationalStatus === 'detached';
  const failed = status.operationalStatus === 'error';
  const provisioned = state === 'provisioned' || state === 'externally provisioned';
  const progress = PROGRESS[state];
  return [
    flag('Ready', provisioned && !failed && !detached, readyReason(provisioned, failed, detached)),
    flag('AvailableForProvisioning', state === 'available', state === 'available' ? 'Available' : 'NotAvailable'),
    { type: 'Healthy', status: 'Unknown', reason: 'Unknown' },
    manageable(status, failed),
    flag('Progressing', progress !== undefined && !detached, detached ? 'Detached' : (progress ?? 'NotProgressing')),
    flag('Provisioned', provisioned, provisioned ? 'Provisioned' : 'NotProvisioned'),
  ];
}

function manageable(status: HostStatus, failed: boolean): Omit<Condition, 'message' | 'lastTransitionTime'> {
  if (status.provisioning.state !== 'registering') return flag('Manageable', true, 'Manageable');
  return flag('Manageable', false, failed && status.errorType === 'registration error' ? 'RegistrationFailed' : 'Registering');
}

function readyReason(provisioned: boolean, failed: boolean, detached: boolean): string {
  if (failed) return 'Error';
  if (detached) return 'Detached';
  return provisioned ? 'Provisioned' : 'NotProvisioned';
}

function flag(type: string, on: boolean, reason: string): Omit<Condition, 'message' | 'lastTransitionTime'> {
  return { type, status: on ? 'True' : 'False', reason };
}
