import type { Action } from './action.ts';
import { deleteInstallObjects } from './cluster-deletion/delete-install-objects.ts';
import { deleteManagedCluster } from './cluster-deletion/delete-managed-cluster.ts';
import { removeApplications } from './gitops/remove-applications.ts';
import { deleteNamespace } from './cluster-deletion/delete-namespace.ts';
import { findCluster } from './cluster-deletion/find-cluster.ts';

/** Nothing of a spoke is left on its hub, whatever there was: it works after a failed installation, and when there is nothing. */
export const destroySpoke: Action = (input) => [
  findCluster(input, { mustExist: false }),
  removeApplications(input),
  deleteManagedCluster(input),
  deleteInstallObjects(input),
  deleteNamespace(input),
];
