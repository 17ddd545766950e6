import type { Condition } from '../../../kube/objects.ts';

/** Types of `status.reinstall.conditions`, in the order in which the operator sets them up. */
export const REINSTALL_CONDITIONS = [
  'ReinstallRequestProcessed',
  'ReinstallRequestValidated',
  'ReinstallPreservationDataBackedup',
  'ReinstallClusterIdentityDataDetected',
  'ReinstallRenderedManifestsDeleted',
  'ReinstallPreservationDataRestored',
  'ReinstallClusterReimported',
] as const;

export type ReinstallCondition = (typeof REINSTALL_CONDITIONS)[number];

/** Every condition of a request that has just been seen. */
export function initialConditions(): readonly Condition[] {
  return REINSTALL_CONDITIONS.map((type) => ({ type, status: 'Unknown', reason: 'Initialized', message: 'Condition Initialized' }));
}

export function inProgress(type: ReinstallCondition, message: string): Condition {
  return { type, status: 'False', reason: 'InProgress', message };
}

export function completed(type: ReinstallCondition, message: string): Condition {
  return { type, status: 'True', reason: 'Completed', message };
}

export function failed(type: ReinstallCondition, message: string): Condition {
  return { type, status: 'False', reason: 'Failed', message };
}

export function notRequired(type: ReinstallCondition): Condition {
  return { type, status: 'False', reason: 'PreservationNotRequired', message: 'PreservationMode is set to None.' };
}
