import type { KubeObject } from '../../../kube/objects.ts';
import { conditionOf, withConditions } from '../conditions.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { ADD_ON_FINALIZER } from './add-on.ts';
import { crdsWorkName, klusterletWorkName } from './klusterlet-works.ts';
import { ADD_ON, CLUSTER_FINALIZERS, clusterStatus, isDeleting, isOnline, MANAGED_CLUSTER, MANIFEST_WORK } from './managed-cluster.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import { finishDeletions } from './work-agent.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'>;

/**
 * Lets a deleted ManagedCluster go (reference/ztp.md §5.2).
 *
 * Online: add-ons first, then their works, then the klusterlet's, its definitions last, each only when the former has
 * gone. A cluster that never came online is cut off: finalizers are taken away, and what is over there stays there.
 */
export async function detach(deps: Deps, cache: ObjectCache, given: KubeObject, signal: AbortSignal): Promise<{ afterMs: number } | undefined> {
  const { kube } = deps;
  const { name } = given.metadata;
  const online = isOnline(given);
  const cluster = await showDetaching(deps, given, online, signal);
  const addOns = cache.list({ ...ADD_ON, namespace: name });
  const works = cache.list({ ...MANIFEST_WORK, namespace: name });
  const dueMs = await finishDeletions(deps, name, works, !online, signal);
  if (!online) for (const addOn of addOns.filter(isDeleting)) await dropFinalizer(deps.kube, addOn, ADD_ON_FINALIZER, signal);

  const klusterlet = works.filter(({ metadata }) => metadata.name === klusterletWorkName(name));
  const crds = works.filter(({ metadata }) => metadata.name === crdsWorkName(name));
  const others = works.filter((work) => !klusterlet.includes(work) && !crds.includes(work));
  const inTurn = [addOns, others, klusterlet, crds].filter((objects) => objects.length > 0);
  if (inTurn.length === 0) {
    const { resourceVersion, finalizers = [] } = cluster.metadata;
    const metadata = { resourceVersion, finalizers: finalizers.filter((one) => !CLUSTER_FINALIZERS.includes(one)) };
    if (metadata.finalizers.length === finalizers.length) return undefined;
    await kube.patch({ ...MANAGED_CLUSTER, name }, { metadata }, { type: 'merge' }, signal);
    return undefined;
  }
  for (const object of online ? inTurn[0]! : inTurn.flat()) {
    if (isDeleting(object)) continue;
    const { apiVersion, kind, metadata } = object;
    await kube.delete({ apiVersion, kind, namespace: name, name: metadata.name }, { uid: metadata.uid! }, signal);
  }
  return dueMs === undefined ? undefined : { afterMs: dueMs };
}

async function showDetaching({ kube, clock }: Deps, cluster: KubeObject, online: boolean, signal: AbortSignal): Promise<KubeObject> {
  const status = clusterStatus(cluster);
  const reason = online ? 'ManagedClusterDetaching' : 'ManagedClusterForceDetaching';
  if (conditionOf(status.conditions, 'ManagedClusterImportSucceeded')?.reason === reason) return cluster;
  const message = online ? 'The managed cluster is being detached' : 'The managed cluster is being detached by force';
  const conditions = withConditions(status.conditions, [{ type: 'ManagedClusterImportSucceeded', status: 'False', reason, message }], clock.now());
  return kube.update({ ...cluster, status: { ...status, conditions } }, { subresource: 'status' }, signal);
}
