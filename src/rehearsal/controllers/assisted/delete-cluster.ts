import { refOf, type KubeObject } from '../../../kube/objects.ts';
import type { ObjectKey } from '../controller.ts';
import type { ObjectCache } from '../object-cache.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { AGENT, AGENT_CLUSTER_INSTALL, FINALIZERS } from './kinds.ts';
import type { InfraEnvRecord } from './service/records.ts';
import { at, mergePatch, removeFinalizer } from './write-objects.ts';

/** A ClusterDeployment goes after its AgentClusterInstall, and that after its agents were told to go (recorded/assisted/delete-*). */
export async function deleteCluster(deps: AssistedDeps, cache: ObjectCache, cd: KubeObject, aci: KubeObject | undefined, signal: AbortSignal): Promise<void> {
  if (aci) {
    const key = { namespace: cd.metadata.namespace, name: cd.metadata.name };
    if (aci.metadata.deletionTimestamp === undefined) await deps.kube.delete(refOf(aci), {}, signal);
    const going = await deps.kube.get(at(AGENT_CLUSTER_INSTALL, aci.metadata.namespace, aci.metadata.name), signal);
    if (going) await deleteInstall(deps, cache, going, key, signal);
    // Somebody else's finalizer: its removal wakes us.
    if (await deps.kube.get(refOf(aci), signal)) return;
  }
  await removeFinalizer(deps.kube, cd, FINALIZERS.clusterDeployment, signal);
}

/** The agents of a cluster go with it; the service forgets the cluster. */
export async function deleteInstall(deps: AssistedDeps, cache: ObjectCache, aci: KubeObject, key: ObjectKey, signal: AbortSignal): Promise<void> {
  if (!aci.metadata.finalizers?.includes(FINALIZERS.agentClusterInstall)) return;
  const cluster = deps.service.clusterOf(key.namespace ?? '', key.name);
  const hosts = cluster ? deps.service.hostsOf(cluster.id).map(({ id }) => id) : [];
  for (const agent of cache.list(AGENT)) {
    if (!hosts.includes(agent.metadata.name) || agent.metadata.deletionTimestamp !== undefined) continue;
    if (infraEnvOf(deps, agent.metadata.name)) await deps.kube.delete(refOf(agent), {}, signal);
    else await unbind(deps, agent, signal);
  }
  if (cluster) deps.service.removeCluster(cluster.id);
  await removeFinalizer(deps.kube, aci, FINALIZERS.agentClusterInstall, signal);
}

function infraEnvOf({ service }: AssistedDeps, hostId: string): InfraEnvRecord | undefined {
  return service.infraEnvs.get(service.hosts.get(hostId)?.infraEnvId ?? '');
}

/** An agent whose InfraEnv went first stays behind, bound to nothing and unknown to the service (recorded/assisted/delete-infraenv-first). */
async function unbind({ kube, service }: AssistedDeps, agent: KubeObject, signal: AbortSignal): Promise<void> {
  service.removeHost(agent.metadata.name);
  await mergePatch(kube, agent, { spec: { clusterDeploymentName: null } }, signal);
}
