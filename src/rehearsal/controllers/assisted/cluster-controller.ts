import type { KubeObject } from '../../../kube/objects.ts';
import { uuidV5, LABWRIGHT_NAMESPACE } from '../../../util/ids.ts';
import { keyOf, type Controller, type ObjectKey } from '../controller.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import { readinessGap, type AciView, type SpecError } from './aci-conditions.ts';
import { aciSpec, deploymentSpec } from './aci-objects.ts';
import { aciStatus } from './aci-status.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { checkExtras } from './check-extras.ts';
import { writeKubeconfig, writePassword } from './credentials.ts';
import { deleteCluster, deleteInstall } from './delete-cluster.ts';
import { AGENT, AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT, CLUSTER_IMAGE_SET, CONFIG_MAP, FINALIZERS, SECRET } from './kinds.ts';
import { readClusterSpec } from './read-cluster-spec.ts';
import { hasRebooted } from './service/stages.ts';
import { STARTED, type ClusterRecord } from './service/records.ts';
import { addFinalizer, at, equal, mergePatch, putStatus } from './write-objects.ts';

/**
 * ClusterDeployment and AgentClusterInstall: the service's record of the cluster follows their spec, their status follows
 * the record. The key is the ClusterDeployment's.
 */
export function clusterController(deps: AssistedDeps, cache: ObjectCache): Controller {
  const { kube, service, clock } = deps;
  /** By AgentClusterInstall: when the service will have taken it. An InfraEnv made at the same time finds no cluster yet. */
  const taken = new Map<string, number>();
  return {
    name: 'assisted/clusters',
    watches: [
      { kind: CLUSTER_DEPLOYMENT },
      {
        kind: AGENT_CLUSTER_INSTALL,
        keysOf: (aci) => [{ namespace: aci.metadata.namespace, name: aciSpec(aci).clusterDeploymentRef?.name ?? aci.metadata.name }],
      },
      { kind: CLUSTER_IMAGE_SET, keysOf: () => cache.list(CLUSTER_DEPLOYMENT).map(keyOf) },
      { kind: CONFIG_MAP, keysOf: inNamespace(cache) },
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
      if (cd?.metadata.deletionTimestamp !== undefined) return deleteCluster(deps, cache, cd, aci, signal);
      if (aci?.metadata.deletionTimestamp !== undefined) return deleteInstall(deps, cache, aci, key, signal);
      if (!aci) return;
      if (!cd) return refuseWithoutDeployment(deps, aci, key, signal);
      const id = aci.metadata.uid ?? '';
      const dueMs = taken.get(id) ?? clock.now() + jitterMs(deps.seed, `${key.namespace}/${key.name}`, 'register', REGISTER_MS.min, REGISTER_MS.max);
      taken.set(id, dueMs);
      await reconcileInstall(deps, cache, cd, aci, clock.now() >= dueMs, signal);
      return clock.now() < dueMs ? { afterMs: dueMs - clock.now() } : undefined;
    },
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
): Promise<void> {
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
  if (!registered) return;
  const { record, error } = await syncRecord(deps, cd, aci, signal);
  if (record && !error) startWhenReady(deps, cache, aci, record);
  let cluster = record && service.clusters.get(record.id);
  if (cluster && STARTED.includes(cluster.state)) aci = await writeKubeconfig(deps, cd, aci, cluster, signal);
  if (cluster?.state === 'installed') aci = await writePassword(deps, cd, aci, cluster, signal);
  const hosts = cluster ? service.hostsOf(cluster.id) : [];
  cluster = record && service.clusters.get(record.id);
  await putStatus(
    kube,
    aci,
    aciStatus(deps, aci, {
      cluster,
      hosts,
      specError: error,
      hold: aciSpec(aci).holdInstallation === true,
      unsynced: unsyncedAgents(
        cache,
        hosts.map(({ id }) => id),
      ),
    }),
    signal,
  );
  if (cluster?.state === 'installed') service.acceptHosts(cluster.id);
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
): Promise<{ readonly record: ClusterRecord | undefined; readonly error: SpecError | undefined }> {
  const { service } = deps;
  const namespace = cd.metadata.namespace ?? '';
  const record = service.clusterOf(namespace, cd.metadata.name);
  if (record && !['insufficient', 'pending-for-input', 'ready'].includes(record.state)) return { record, error: undefined };
  const read = await readClusterSpec(deps, cd, aci, signal);
  if ('error' in read) return { record, error: read.error };
  if (!record) {
    // One record per AgentClusterInstall: whoever comes after it under the same name is another cluster.
    const id = uuidV5(LABWRIGHT_NAMESPACE, `cluster/${deps.seed}/${namespace}/${cd.metadata.name}/${aci.metadata.uid}`);
    return { record: service.addCluster({ id, namespace, deployment: cd.metadata.name, spec: read.value }), error: undefined };
  }
  if (!equal(record.spec, read.value)) service.changeSpec(record.id, read.value);
  return { record: service.clusters.get(record.id), error: await checkExtras(deps.kube, aci, record.id, signal) };
}

/** A ready cluster with all agents approved and not on hold begins by itself. */
function startWhenReady({ service, seed }: AssistedDeps, cache: ObjectCache, aci: KubeObject, cluster: ClusterRecord): void {
  const hosts = service.hostsOf(cluster.id);
  const view: AciView = {
    cluster,
    hosts,
    specError: undefined,
    hold: aciSpec(aci).holdInstallation === true,
    unsynced: unsyncedAgents(
      cache,
      hosts.map(({ id }) => id),
    ),
  };
  if (cluster.state !== 'ready' || view.hold || readinessGap(view, cluster) || hosts.some(({ progress }) => hasRebooted(progress?.stage))) return;
  service.install(cluster.id, uuidV5(LABWRIGHT_NAMESPACE, `openshift/${seed}/${cluster.id}`));
}

function unsyncedAgents(cache: ObjectCache, hostIds: readonly string[]): number {
  return cache.list(AGENT).filter((agent) => hostIds.includes(agent.metadata.name) && specSyncedFalse(agent)).length;
}

function specSyncedFalse(agent: KubeObject): boolean {
  const conditions = (agent['status'] as { conditions?: readonly { type: string; status: string }[] } | undefined)?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'SpecSynced' && status === 'False');
}

function inNamespace(cache: ObjectCache): (object: KubeObject) => readonly ObjectKey[] {
  return ({ metadata: { namespace } }) => cache.list({ ...CLUSTER_DEPLOYMENT, ...(namespace === undefined ? {} : { namespace }) }).map(keyOf);
}
