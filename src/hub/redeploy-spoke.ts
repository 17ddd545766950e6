import type { Action } from './action.ts';
import { deleteInstallObjects } from './cluster-deletion/delete-install-objects.ts';
import { deleteManagedCluster } from './cluster-deletion/delete-managed-cluster.ts';
import { deleteNamespace } from './cluster-deletion/delete-namespace.ts';
import { findCluster } from './cluster-deletion/find-cluster.ts';
import { installSpoke } from './install-spoke.ts';

/** Deletes all of a spoke and installs it anew (reference/ztp.md §5.4): it works after a failed installation too. */
export const redeploySpoke: Action = (input) => [
  findCluster(input, { mustExist: false }),
  deleteManagedCluster(input),
  deleteInstallObjects(input),
  deleteNamespace(input),
  ...installSpoke(input),
];
