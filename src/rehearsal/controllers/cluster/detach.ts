import type { KubeObject } from '../../../kube/objects.ts';
import { conditionOf, withConditions } from '../conditions.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { ADD_ON_FINALIZER } from './add-on.ts';
import { crdsWorkName, klusterletWorkName } from './klusterlet-works.ts';
import { ADD_ON, CLUSTER_FINALIZERS, clusterStatus, isDeleting, isOnline, MANAGED_CLUSTER, MANIFEST_WORK } from './managed-cluster.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import type { SpokeAgent } from './spoke-agent.ts';
import { finishDeletions } from './work-agent.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'>;
/** After so long without its agent's lease a cluster counts as away: five times leaseDurationSeconds. */
const LEASE_MS = 5 * 60_000;

/**
 * Lets a deleted ManagedCluster go (reference/ztp.md §5.2).
 *
 * Online: add-ons first, then their works, then the klusterlet's, its definitions last, each only when the former has
 * gone. A cluster that never came online, or is away for longer than its lease, is cut off: finalizers are taken away, and what
 * is over there stays there.
 */
export async function detach(
  deps: Deps,
  cache: ObjectCache,
  found: KubeObject,
  agent: SpokeAgent | undefined,
  signal: AbortSignal,
): Promise<{ afterMs: number } | undefined> {
  const { kube } = deps;
  const { name, deletionTimestamp } = found.metadata;
  let given = found;
  if (isOnline(found) && agent !== undefined && !(await agent.isThere(signal))) {
    const leftMs = Date.parse(deletionTimestamp!) + LEASE_MS - deps.clock.now();
    if (leftMs > 0) {
      await showDetaching(deps, found, true, signal);
      return { afterMs: leftMs };
    }
    given = await showAway(deps, found, signal);
  }
  const online = isOnline(given);
  const cluster = await showDetaching(deps, given, online, signal);
  const addOns = cache.list({ ...ADD_ON, namespace: name });
  const works = cache.list({ ...MANIFEST_WORK, namespace: name });
  const dueMs = await finishDeletions(deps, name, works, !online, agent, signal);
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

async function showAway({ kube, clock }: Deps, cluster: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  const status = clusterStatus(cluster);
  const message = 'Registration agent stopped updating its lease.';
  const away = { type: 'ManagedClusterConditionAvailable', status: 'Unknown', reason: 'ManagedClusterLeaseUpdateStopped', message } as const;
  const conditions = withConditions(status.conditions, [away], clock.now());
  return kube.update({ ...cluster, status: { ...status, conditions } }, { subresource: 'status' }, signal);
}

async function showDetaching({ kube, clock }: Deps, cluster: KubeObject, online: boolean, signal: AbortSignal): Promise<KubeObject> {
  const status = clusterStatus(cluster);
  const reason = online ? 'ManagedClusterDetaching' : 'ManagedClusterForceDetaching';
  if (conditionOf(status.conditions, 'ManagedClusterImportSucceeded')?.reason === reason) return cluster;
  const message = online ? 'The managed cluster is being detached' : 'The managed cluster is being detached by force';
  const conditions = withConditions(status.conditions, [{ type: 'ManagedClusterImportSucceeded', status: 'False', reason, message }], clock.now());
  return kube.update({ ...cluster, status: { ...status, conditions } }, { subresource: 'status' }, signal);
}
