import type { Action } from './action.ts';
import { removeApplications } from './gitops/remove-applications.ts';
import { verifyPower } from './cluster-deletion/verify-power.ts';
import { checkSpoke } from './cluster-import/check-spoke.ts';
import { followImport } from './cluster-import/follow-import.ts';
import { registerCluster } from './cluster-import/register-cluster.ts';
import { verifyAttached } from './cluster-import/verify-attached.ts';

/**
 * Brings a running spoke back under its hub by its kept kubeconfig (reference/ztp.md §5.3). The hub then manages the cluster
 * and holds nothing of its installation: what is deleted there later cannot touch its machines.
 */
export const attachSpoke: Action = (input) => [
  checkSpoke(input),
  removeApplications(input),
  registerCluster(input),
  followImport(input),
  verifyAttached(input),
  verifyPower(input, 'attached'),
];
