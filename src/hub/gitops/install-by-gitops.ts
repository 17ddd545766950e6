import type { Step } from '../../util/step.ts';
import type { Action, ActionDeps, ActionInput } from '../action.ts';
import { checkHub } from '../cluster-instance/check-hub.ts';
import { createClusterImageSet } from '../cluster-instance/create-cluster-image-set.ts';
import { importCluster } from '../cluster-instance/import-cluster.ts';
import { installCluster } from '../cluster-instance/install-cluster.ts';
import { powerOffMachines } from '../cluster-instance/power-off-machines.ts';
import { prepareNamespace } from '../cluster-instance/prepare-namespace.ts';
import { provisionHosts } from '../cluster-instance/provision-hosts.ts';
import { storeCredentials } from '../cluster-instance/store-credentials.ts';
import { validateHosts } from '../cluster-instance/validate-hosts.ts';
import { verifyClusterInstance } from '../cluster-instance/verify-cluster-instance.ts';
import { deployGitea } from '../gitea/deploy-gitea.ts';
import { pushSites, usesGitea } from '../gitea/push-sites.ts';
import { openHub } from '../hub.ts';
import { connectMirror } from '../mirror/connect-mirror.ts';
import { awaitPolicies } from './await-policies.ts';
import { checkArgo } from './check-argo.ts';
import { connectRepository } from './connect-repository.ts';
import { fetchSite } from './fetch-site.ts';
import { siteSecrets } from './site-secrets.ts';
import { releaseSite } from './release-site.ts';
import { syncPolicies } from './sync-policies.ts';
import { syncSite } from './sync-site.ts';
import { verifyPolicies } from './verify-policies.ts';

/** A disconnected job takes its commit to the hub's own Git host, where the lab file says that there is one. */
function giteaOf(input: ActionInput): readonly Step<ActionDeps>[] {
  if (!usesGitea(input)) return [];
  return [...deployGitea(input, input.cluster.hub!, (deps, context) => Promise.resolve(openHub(input, deps, context).kube)), ...pushSites(input)];
}

/**
 * Installs a spoke from Git: what the commit says is checked here, then Argo CD brings policies and the held ClusterInstance to
 * the hub at exactly that commit; from there the installation goes as any other.
 */
export const installByGitops: Action = (input) => [
  fetchSite(input),
  checkHub(input),
  checkArgo(input),
  powerOffMachines(input),
  prepareNamespace(input, siteSecrets),
  ...connectMirror(input),
  createClusterImageSet(input),
  ...giteaOf(input),
  connectRepository(input),
  syncPolicies(input),
  syncSite(input),
  verifyClusterInstance(input),
  verifyPolicies(input),
  provisionHosts(input),
  validateHosts(input),
  releaseSite(input),
  installCluster(input),
  importCluster(input),
  awaitPolicies(input),
  storeCredentials(input),
];
