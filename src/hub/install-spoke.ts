import type { Action } from './action.ts';
import { installByGitops } from './gitops/install-by-gitops.ts';
import { checkMirror } from './mirror/check-mirror.ts';
import { connectMirror } from './mirror/connect-mirror.ts';
import { checkHub } from './cluster-instance/check-hub.ts';
import { createClusterImageSet } from './cluster-instance/create-cluster-image-set.ts';
import { createClusterInstance } from './cluster-instance/create-cluster-instance.ts';
import { importCluster } from './cluster-instance/import-cluster.ts';
import { installCluster } from './cluster-instance/install-cluster.ts';
import { powerOffMachines } from './cluster-instance/power-off-machines.ts';
import { prepareNamespace } from './cluster-instance/prepare-namespace.ts';
import { provisionHosts } from './cluster-instance/provision-hosts.ts';
import { releaseClusterInstance } from './cluster-instance/release-cluster-instance.ts';
import { storeCredentials } from './cluster-instance/store-credentials.ts';
import { validateHosts } from './cluster-instance/validate-hosts.ts';
import { verifyClusterInstance } from './cluster-instance/verify-cluster-instance.ts';

/**
 * Installs a spoke by ClusterInstance: held until its hosts have booted and are valid, then released, followed to
 * `Completed`, and imported (the normal sequence of reference/ztp.md §2.11).
 */
const installByClusterInstance: Action = (input) => [
  checkHub(input),
  powerOffMachines(input),
  prepareNamespace(input),
  ...connectMirror(input),
  createClusterImageSet(input),
  createClusterInstance(input),
  verifyClusterInstance(input),
  provisionHosts(input),
  validateHosts(input),
  releaseClusterInstance(input),
  installCluster(input),
  importCluster(input),
  storeCredentials(input),
];

/** Installs a spoke: from Git when the job names a repository, else by the ClusterInstance that the lab's plan gives. */
export const installSpoke: Action = (input) => [...checkMirror(input), ...installCheckedSpoke(input)];

/** The same, after `check-mirror`. */
export const installCheckedSpoke: Action = (input) => (input.sites === undefined ? installByClusterInstance(input) : installByGitops(input));
