import type { KubeObject } from '../../../kube/objects.ts';
import { uuidV5, LABWRIGHT_NAMESPACE } from '../../../util/ids.ts';
import { keyOf, type Controller, type ObjectKey } from '../controller.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import { readinessGap, type AciView, type SpecError } from './aci-conditions.ts';
import { aciSpec, deploymentSpec } from './aci-objects.ts';
import { aciStatus } from './aci-status.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { createOutage } from './outage.ts';
import { checkExtras } from './check-extras.ts';
import { writeKubeconfig, writePassword } from './credentials.ts';
import { deleteCluster, deleteInstall } from './delete-cluster.ts';
import { AGENT, AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT, FINALIZERS, SECRET } from './kinds.ts';
import { readClusterSpec } from './read-cluster-spec.ts';
import { STARTED, type ClusterRecord, type ClusterState } from './service/records.ts';
import { addFinalizer, at, equal, mergePatch, putStatus } from './write-objects.ts';

/**
 * ClusterDeployment and AgentClusterInstall: the service's record of the cluster follows their spec, their status follows
 * the record. The key is the ClusterDeployment's.
 */
export function clusterController(deps: AssistedDeps, cache: ObjectCache): Controller {
  const { kube, service, clock } = deps;
  /** By AgentClusterInstall: when the service will have taken it. An InfraEnv made at the same time finds no cluster yet. */
  const taken = new Map<string, number>();
  const retries = createRetries();
  const outage = createOutage(deps);
  return {
    name: 'assisted/clusters',
    watches: [
      { kind: CLUSTER_DEPLOYMENT },
      {
        kind: AGENT_CLUSTER_INSTALL,
        keysOf: (aci) => [{ namespace: aci.metadata.namespace, name: aciSpec(aci).clusterDeploymentRef?.name ?? aci.metadata.name }],
      },
      { kind: SECRET, keysOf: inNamespace(cache) },
      { kind: AGENT, keysOf: inNamespace(cache) },
    ],
    source: (wake) => {
      const wakeCluster = (id: string | undefined): void => {
        const cluster = id === undefined ? undefined : service.clusters.get(id);
        if (cluster) wake({ namespace: cluster.namespace, name: cluster.deployment });
      };
      service.onChange((change) => wakeCluster('cluster' in change ? change.cluster.id : 'host' in change ? change.host.clusterId : change.hostGone.clusterId));
    },
    async reconcile(key, signal) {
      const cd = await kube.get(at(CLUSTER_DEPLOYMENT, key.namespace, key.name), signal);
      const aci = await findInstall(deps, cache, key, cd, signal);
      const isGoing = cd?.metadata.deletionTimestamp !== undefined || aci?.metadata.deletionTimestamp !== undefined;
      const awayMs = isGoing ? outage.leftMs(key.namespace ?? '') : 0;
      if (awayMs > 0) return { afterMs: awayMs };
      if (cd?.metadata.deletionTimestamp !== undefined) return deleteCluster(deps, cache, cd, aci, signal);
      if (aci?.metadata.deletionTimestamp !== undefined) return deleteInstall(deps, cache, aci, key, signal);
      if (!aci) return;
      if (!cd) return refuseWithoutDeployment(deps, aci, key, signal);
      const id = aci.metadata.uid ?? '';
      const dueMs = taken.get(id) ?? clock.now() + jitterMs(deps.seed, `${key.namespace}/${key.name}`, 'register', REGISTER_MS.min, REGISTER_MS.max);
      taken.set(id, dueMs);
      const error = await reconcileInstall(deps, cache, cd, aci, clock.now() >= dueMs, signal);
      if (clock.now() < dueMs) return { afterMs: dueMs - clock.now() };
      return retries(id, error);
    },
  };
}

/** So often the service tries again what may pass, before it becomes rare. */
const OFTEN = 30;
const RARELY_MS = 16 * 60_000;

/** Whatever a spec lacks outside its own objects is not watched but looked for again (recorded/assisted/missing-*). */
function createRetries(): (id: string, error: SpecError | undefined) => { readonly afterMs: number } | undefined {
  const counts = new Map<string, number>();
  return (id, error) => {
    if (error?.kind !== 'backend') {
      counts.delete(id);
      return undefined;
    }
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return { afterMs: count > OFTEN ? RARELY_MS : (error.retryMs ?? 11_000) };
  };
}

/** As long as the recorded service took. */
const REGISTER_MS = { min: 100, max: 300 } as const;

async function findInstall(
  { kube }: AssistedDeps,
  cache: ObjectCache,
  key: ObjectKey,
  cd: KubeObject | undefined,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const named = cd && deploymentSpec(cd).clusterInstallRef;
  const name = named
    ? named.kind === AGENT_CLUSTER_INSTALL.kind
      ? named.name
      : undefined
    : cache
        .list({ ...AGENT_CLUSTER_INSTALL, ...(key.namespace === undefined ? {} : { namespace: key.namespace }) })
        .find((aci) => aciSpec(aci).clusterDeploymentRef?.name === key.name)?.metadata.name;
  return name === undefined ? undefined : kube.get(at(AGENT_CLUSTER_INSTALL, key.namespace, name), signal);
}

async function refuseWithoutDeployment(deps: AssistedDeps, aci: KubeObject, key: ObjectKey, signal: AbortSignal): Promise<void> {
  const message = `ClusterDeployment with name '${key.name}' in namespace '${key.namespace}' not found. Ensure that the CRD is already applied.`;
  await putStatus(
    deps.kube,
    aci,
    aciStatus(deps, aci, { cluster: undefined, hosts: [], specError: { kind: 'input', message }, hold: false, unsynced: 0 }),
    signal,
  );
}

async function reconcileInstall(
  deps: AssistedDeps,
  cache: ObjectCache,
  givenCd: KubeObject,
  givenAci: KubeObject,
  registered: boolean,
  signal: AbortSignal,
): Promise<SpecError | undefined> {
  const { kube, service } = deps;
  let aci = await addFinalizer(kube, givenAci, FINALIZERS.agentClusterInstall, signal);
  const cd = await addFinalizer(
    kube,
    givenCd,
    FINALIZERS.clusterDeployment,
    signal,
    deploymentSpec(givenCd).installed === undefined ? { spec: { installed: false } } : {},
  );
  aci = await own(deps, aci, cd, signal);
  if (!registered) return undefined;
  const { id, error } = await syncRecord(deps, cd, aci, signal);
  if (!error) startWhenReady(deps, cache, aci, id);
  const cluster = service.clusters.get(id);
  if (cluster && STARTED.includes(cluster.state)) aci = await writeKubeconfig(deps, cd, aci, cluster, signal);
  if (cluster?.state === 'installed' || cluster?.state === 'adding-hosts') aci = await writePassword(deps, cd, aci, cluster, signal);
  await putStatus(kube, aci, aciStatus(deps, aci, viewOf(deps, cache, aci, cluster, error)), signal);
  if (cluster?.state === 'installed') service.acceptHosts(id);
  return error;
}

function viewOf({ service }: AssistedDeps, cache: ObjectCache, aci: KubeObject, cluster: ClusterRecord | undefined, specError: SpecError | undefined): AciView {
  const hosts = cluster ? service.hostsOf(cluster.id) : [];
  const unsynced = cache.list(AGENT).filter((agent) => hosts.some(({ id }) => id === agent.metadata.name) && specSyncedFalse(agent)).length;
  return { cluster, hosts, specError, hold: aciSpec(aci).holdInstallation === true, unsynced };
}

/** The ClusterDeployment owns the AgentClusterInstall. */
async function own({ kube }: AssistedDeps, aci: KubeObject, cd: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  const mine = { apiVersion: CLUSTER_DEPLOYMENT.apiVersion, kind: CLUSTER_DEPLOYMENT.kind, name: cd.metadata.name, uid: cd.metadata.uid ?? '' };
  const others = (aci.metadata.ownerReferences ?? []).filter(({ kind }) => kind !== mine.kind);
  if ((aci.metadata.ownerReferences ?? []).some(({ uid }) => uid === mine.uid)) return aci;
  return mergePatch(kube, aci, { metadata: { ownerReferences: [...others, mine] } }, signal);
}

/** Makes the service's record of the cluster, or brings it up to date; extras count only from the second look on, as in the real service. */
async function syncRecord(
  deps: AssistedDeps,
  cd: KubeObject,
  aci: KubeObject,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly error: SpecError | undefined }> {
  const { service } = deps;
  const { namespace = '', name } = cd.metadata;
  // One record per AgentClusterInstall: whoever comes after it under the same name is another cluster.
  const id = uuidV5(LABWRIGHT_NAMESPACE, `cluster/${deps.seed}/${namespace}/${name}/${aci.metadata.uid}`);
  const former = service.clusterOf(namespace, name);
  if (former && former.id !== id) service.removeCluster(former.id);
  const record = service.clusters.get(id);
  if (record && !CHANGEABLE.includes(record.state)) return { id, error: undefined };
  const read = await readClusterSpec(deps, cd, aci, signal);
  if ('error' in read) return { id, error: read.error };
  if (!record) {
    service.addCluster({ id, namespace, deployment: name, spec: read.value });
    return { id, error: undefined };
  }
  if (!equal(record.spec, read.value)) service.changeSpec(id, read.value);
  return { id, error: await checkExtras(deps.kube, aci, id, signal) };
}

const CHANGEABLE: readonly ClusterState[] = ['insufficient', 'pending-for-input', 'ready'];

/** A ready cluster with all agents approved and not on hold begins by itself. */
function startWhenReady(deps: AssistedDeps, cache: ObjectCache, aci: KubeObject, id: string): void {
  const cluster = deps.service.clusters.get(id);
  if (cluster?.state !== 'ready') return;
  const view = viewOf(deps, cache, aci, cluster, undefined);
  if (!view.hold && !readinessGap(view, cluster)) deps.service.install(id, uuidV5(LABWRIGHT_NAMESPACE, `openshift/${deps.seed}/${id}`));
}

function specSyncedFalse(agent: KubeObject): boolean {
  const conditions = (agent['status'] as { conditions?: readonly { type: string; status: string }[] } | undefined)?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'SpecSynced' && status === 'False');
}

function inNamespace(cache: ObjectCache): (object: KubeObject) => readonly ObjectKey[] {
  return ({ metadata: { namespace } }) => cache.list({ ...CLUSTER_DEPLOYMENT, ...(namespace === undefined ? {} : { namespace }) }).map(keyOf);
}
