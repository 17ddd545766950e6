import type { Action } from './action.ts';
import { deleteInstallObjects } from './cluster-deletion/delete-install-objects.ts';
import { deleteManagedCluster } from './cluster-deletion/delete-managed-cluster.ts';
import { deleteNamespace } from './cluster-deletion/delete-namespace.ts';
import { detachHosts } from './cluster-deletion/detach-hosts.ts';
import { findCluster } from './cluster-deletion/find-cluster.ts';
import { verifyPower } from './cluster-deletion/verify-power.ts';
import { inspectSpoke } from './cluster-import/inspect-spoke.ts';
import { releaseSpoke } from './cluster-import/release-spoke.ts';
import { removeApplications } from './gitops/remove-applications.ts';
import { storeCredentials } from './cluster-instance/store-credentials.ts';

/** Takes a spoke off its hub and keeps it running, and its credentials, which the hub forgets (reference/ztp.md §5.3). */
export const detachSpoke: Action = (input) => [
  findCluster(input, { mustExist: true }),
  storeCredentials(input, { ifInstalled: true }),
  inspectSpoke(input),
  removeApplications(input),
  detachHosts(input),
  deleteManagedCluster(input),
  releaseSpoke(input),
  deleteInstallObjects(input),
  deleteNamespace(input),
  verifyPower(input),
];
