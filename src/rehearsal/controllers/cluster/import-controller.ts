import { stringify } from 'yaml';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { withConditions } from '../conditions.ts';
import type { Controller, LookAgain, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import { detach } from './detach.ts';
import { importSource } from './import-source.ts';
import { crdsWorkName, KLUSTERLET_CRDS, klusterletManifests, klusterletWorkName, manifestWork } from './klusterlet-works.ts';
import {
  ADD_ON,
  AUTO_IMPORT_SECRET,
  CLUSTER_DEPLOYMENT,
  CLUSTER_FINALIZERS,
  CLUSTER_LABEL,
  clusterStatus,
  isDeleting,
  MANAGED_CLUSTER,
  MANIFEST_WORK,
  NAMESPACE,
  SECRET,
  type ManagedClusterStatus,
} from './managed-cluster.ts';
import { spokeAgent, type SpokeAgent } from './spoke-agent.ts';
import { finishDeletions, reportApplied } from './work-agent.ts';

const KEEP_SECRET = 'managedcluster-import-controller.open-cluster-management.io/keeping-auto-import-secret';

/** How soon an import that failed is tried again. */
const RETRY_MS = 30_000;

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'faults' | 'spokes'>;
/** Agents that were brought to a cluster, by its name: each runs over there, and does not need the hub to find its way. */
type Agents = Map<string, SpokeAgent>;

/**
 * Takes clusters under management: accepts them at once, brings them the agent as soon as there are credentials, and
 * shows what the agent reports (reference/ztp.md §2.9, §7.2). Takes them out again when they are deleted.
 */
export function importController(deps: Deps, cache: ObjectCache): Controller {
  const inNamespace = ({ metadata }: KubeObject): readonly ObjectKey[] => [{ namespace: undefined, name: metadata.namespace! }];
  const spec = ({ spec: of, metadata }: KubeObject): unknown => [of, metadata.deletionTimestamp, metadata.finalizers];
  const goes = ({ metadata }: KubeObject): unknown => metadata.deletionTimestamp;
  const agents: Agents = new Map();
  return {
    name: 'import',
    watches: [
      { kind: MANAGED_CLUSTER, keysOf: changedOnly(spec) },
      { kind: CLUSTER_DEPLOYMENT, keysOf: changedOnly(({ spec: of }) => of, inNamespace) },
      { kind: SECRET, keysOf: (object) => (object.metadata.name === AUTO_IMPORT_SECRET ? inNamespace(object) : []) },
      { kind: MANIFEST_WORK, keysOf: changedOnly(goes, inNamespace) },
      { kind: ADD_ON, keysOf: changedOnly(goes, inNamespace) },
    ],
    async reconcile({ name }, signal) {
      const works = cache.list({ ...MANIFEST_WORK, namespace: name });
      const cluster = await deps.kube.get({ ...MANAGED_CLUSTER, name }, signal);
      if (cluster === undefined) {
        agents.delete(name);
        return void (await finishDeletions(deps, name, works, true, undefined, signal));
      }
      if (isDeleting(cluster)) return detach(deps, cache, cluster, agents.get(name), signal);
      const dueMs = await finishDeletions(deps, name, works, false, agents.get(name), signal);
      const accepted = (cluster['spec'] as { hubAcceptsClient?: boolean }).hubAcceptsClient === true;
      const next = accepted ? await bringIn(deps, cache, agents, cluster, signal) : undefined;
      if (dueMs === undefined) return next;
      return next === undefined || dueMs < next.afterMs ? { afterMs: dueMs } : { afterMs: next.afterMs };
    },
  };
}

/** @returns when the agent has the next thing to report. */
async function bringIn(deps: Deps, cache: ObjectCache, agents: Agents, given: KubeObject, signal: AbortSignal): Promise<LookAgain | undefined> {
  const cluster = await withFinalizers(deps, given, signal);
  const { name } = cluster.metadata;
  await ensureNamespace(deps, cache, name, signal);
  const accepted = condition('HubAcceptedManagedCluster', 'True', 'HubClusterAdminAccepted', 'Accepted by hub cluster admin');
  const importing = (status: 'True' | 'False', reason: string, message: string): Condition =>
    condition('ManagedClusterImportSucceeded', status, reason, message);

  let klusterlet = cache.get({ ...MANIFEST_WORK, namespace: name, name: klusterletWorkName(name) });
  if (klusterlet === undefined) {
    const source = await importSource(deps, cache, name, signal);
    if (source.from === 'nothing') {
      const why = source.mistake === undefined ? ['ManagedClusterWaitForImporting', 'Wait for importing'] : ['ManagedClusterImportFailed', source.mistake];
      await show(deps, cluster, [accepted, importing('False', why[0]!, why[1]!)], {}, signal);
      return undefined;
    }
    const leftMs = Date.parse(cluster.metadata.creationTimestamp!) + jitterMs(deps.seed, `ManagedCluster/${name}`, 'import', 2000, 5000) - deps.clock.now();
    if (leftMs > 0) return { afterMs: leftMs };
    if (deps.faults.hits('import-fails', name)) {
      const why = `cannot reach the API of ${name} with the kubeconfig of its ClusterDeployment: i/o timeout`;
      await show(deps, cluster, [accepted, importing('False', 'ManagedClusterImportFailed', why)], {}, signal);
      return undefined;
    }
    if (deps.spokes !== undefined && source.kubeconfig !== undefined) {
      const agent = spokeAgent(deps.spokes, source.kubeconfig);
      const mistake = await agent.install({ cluster: name, managedClusterUid: cluster.metadata.uid! }, signal);
      if (mistake !== undefined) {
        await show(deps, cluster, [accepted, importing('False', 'ManagedClusterImportFailed', mistake)], {}, signal);
        return { afterMs: RETRY_MS, idle: true };
      }
      agents.set(name, agent);
    }
    klusterlet = await bringAgent(deps, name, signal);
  }

  const sinceMs = deps.clock.now() - Date.parse(klusterlet.metadata.creationTimestamp!);
  const stage = (what: string, minMs: number, maxMs: number): number => jitterMs(deps.seed, `ManagedCluster/${name}`, what, minMs, maxMs);
  const applied = stage('applied', 8000, 15_000);
  const all = [applied, stage('joined', 25_000, 35_000), stage('available', 50_000, 70_000)];
  const stages = all.slice(0, deps.faults.hits('klusterlet-never-joins', name) ? 1 : deps.faults.hits('agent-goes-silent', name) ? 2 : 3);
  const reached = stages.filter((dueMs) => sinceMs >= dueMs).length;
  const conditions = [
    accepted,
    reached > 0
      ? importing('True', 'ManagedClusterImported', 'Import succeeded')
      : importing('False', 'ManagedClusterImporting', 'Importing resources are applied, wait for resources be available'),
    ...(reached > 1 ? [condition('ManagedClusterJoined', 'True', 'ManagedClusterJoined', 'Managed cluster joined')] : []),
    ...(reached > 2
      ? [
          condition('ManagedClusterConditionAvailable', 'True', 'ManagedClusterAvailable', 'Managed cluster is available'),
          condition('ManagedClusterConditionClockSynced', 'True', 'ManagedClusterClockSynced', 'The clock of the managed cluster is synced with the hub.'),
        ]
      : []),
  ];
  if (reached > 0) await agentReports(deps, cache, name, signal);
  const clusterId = reached > 2 ? (clusterIdOf(cache, name) ?? (await agents.get(name)?.clusterId(signal))) : undefined;
  await show(deps, cluster, conditions, clusterId === undefined ? {} : { clusterClaims: [{ name: 'id.openshift.io', value: clusterId }] }, signal);
  return reached < stages.length ? { afterMs: stages[reached]! - sinceMs } : undefined;
}

/** The import secret for people, and the works with which the hub follows the agent. @returns the klusterlet's work. */
async function bringAgent({ kube }: Deps, cluster: string, signal: AbortSignal): Promise<KubeObject> {
  const text = (manifests: readonly object[]): string => Buffer.from(manifests.map((one) => stringify(one)).join('---\n')).toString('base64');
  const data = { 'crds.yaml': text(KLUSTERLET_CRDS), 'import.yaml': text(klusterletManifests(cluster)) };
  await ensure(kube, { ...SECRET, metadata: { name: `${cluster}-import`, namespace: cluster }, type: 'Opaque', data }, signal);
  await ensure(kube, manifestWork(cluster, crdsWorkName(cluster), KLUSTERLET_CRDS), signal);
  return ensure(kube, manifestWork(cluster, klusterletWorkName(cluster), klusterletManifests(cluster)), signal);
}

/** The agent's works are applied; the secret that let it in has done its duty. */
async function agentReports(deps: Deps, cache: ObjectCache, cluster: string, signal: AbortSignal): Promise<void> {
  for (const work of cache.list({ ...MANIFEST_WORK, namespace: cluster })) if (!isDeleting(work)) await reportApplied(deps, work, signal);
  const secret = cache.get({ ...SECRET, namespace: cluster, name: AUTO_IMPORT_SECRET });
  if (secret && secret.metadata.annotations?.[KEEP_SECRET] === undefined)
    await deps.kube.delete({ ...SECRET, namespace: cluster, name: AUTO_IMPORT_SECRET }, {}, signal);
}

function clusterIdOf(cache: ObjectCache, cluster: string): string | undefined {
  const spec = cache.get({ ...CLUSTER_DEPLOYMENT, namespace: cluster, name: cluster })?.['spec'] as { clusterMetadata?: { clusterID?: string } } | undefined;
  return spec?.clusterMetadata?.clusterID;
}

/** Also its label `name`, by which placements pick single clusters. */
async function withFinalizers({ kube }: Deps, cluster: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  const { finalizers = [], resourceVersion, name, labels } = cluster.metadata;
  const missing = CLUSTER_FINALIZERS.filter((one) => !finalizers.includes(one));
  if (missing.length === 0 && labels?.['name'] === name) return cluster;
  const metadata = { resourceVersion, finalizers: [...finalizers, ...missing], labels: { name } };
  return kube.patch({ ...MANAGED_CLUSTER, name }, { metadata }, { type: 'merge' }, signal);
}

async function ensureNamespace({ kube }: Deps, cache: ObjectCache, name: string, signal: AbortSignal): Promise<void> {
  const labels = { [CLUSTER_LABEL]: name };
  const found = cache.get({ ...NAMESPACE, name }) ?? (await ensure(kube, { ...NAMESPACE, metadata: { name, labels } }, signal));
  if (found.metadata.labels?.[CLUSTER_LABEL] === undefined) await kube.patch({ ...NAMESPACE, name }, { metadata: { labels } }, { type: 'merge' }, signal);
}

async function ensure(kube: HubDeps['kube'], object: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  try {
    return await kube.create(object, {}, signal);
  } catch (error) {
    if (!isKubeApiError(error) || error.status !== 409) throw error;
    const { apiVersion, kind, metadata } = object;
    const found = await kube.get({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name }, signal);
    if (found === undefined) throw error;
    return found;
  }
}

async function show({ kube, clock }: Deps, cluster: KubeObject, given: readonly Condition[], more: ManagedClusterStatus, signal: AbortSignal): Promise<void> {
  const status = clusterStatus(cluster);
  const conditions = withConditions(status.conditions, given, clock.now());
  const claimed = JSON.stringify(more.clusterClaims) === JSON.stringify(status.clusterClaims) || more.clusterClaims === undefined;
  if (conditions !== status.conditions || !claimed)
    await kube.update({ ...cluster, status: { ...status, ...more, conditions } }, { subresource: 'status' }, signal);
}

function condition(type: string, status: 'True' | 'False', reason: string, message: string): Condition {
  return { type, status, reason, message };
}
