import { listIfServed } from '../../kube/list-if-served.ts';
import { existsSync, readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import { messageOf } from '../../util/errors.ts';
import type { ActionDeps } from '../action.ts';
import { clusterQueries } from '../cluster-objects.ts';
import type { Hub } from '../hub.ts';
import { APPLICATION, ARGO_NAMESPACE, CLUSTER_LABEL } from '../gitops/kinds.ts';
import {
  CLUSTER_CURATOR,
  CLUSTER_GROUP_UPGRADE,
  CLUSTER_IMAGE_SET,
  KLUSTERLET_ADDON_CONFIG,
  MANAGED_CLUSTER_ADD_ON,
  MANIFEST_WORK,
  NAMESPACE,
  NMSTATE_CONFIG,
} from '../kinds.ts';
import { textAt, valueAt } from '../read-object.ts';
import { HEALTH_KINDS } from '../upgrade/spoke-health.ts';
import { timelinePath } from './condition-timeline.ts';
import { keepServiceRecords } from './service-records.ts';

/** Objects of the cluster, beside those that are followed, that help to understand a failure. No Secrets. */
const BESIDE: readonly KindRef[] = [
  NMSTATE_CONFIG,
  KLUSTERLET_ADDON_CONFIG,
  MANAGED_CLUSTER_ADD_ON,
  MANIFEST_WORK,
  { apiVersion: 'metal3.io/v1alpha1', kind: 'PreprovisioningImage' },
  { apiVersion: 'metal3.io/v1alpha1', kind: 'HostFirmwareSettings' },
  { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy' },
  CLUSTER_CURATOR,
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Event' },
];

/** Controllers whose log says why nothing happens: labels of their pods on a hub (ACM 2.13). */
const CONTROLLERS = [
  { namespace: 'open-cluster-management', labels: 'app.kubernetes.io/name=siteconfig-controller' },
  { namespace: 'multicluster-engine', labels: 'app=assisted-service' },
  { namespace: 'openshift-machine-api', labels: 'k8s-app=metal3' },
] as const;
const LOG_LINES = 300;

/** The files of a failed job that `cluster explain` reads again: what its hub has, and what a cluster says of itself. */
export const OBJECTS_FILE = 'objects.yaml';
export function spokeFile(cluster: string): string {
  return `${cluster}.yaml`;
}

/** What is kept of a hub and its cluster when a step of a job failed: what the job did not look at is no reason to fail anew. */
export async function gatherEvidence(deps: ActionDeps, hub: Hub, log: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { objects, missing } = await readObjects(hub, signal);
  await deps.evidence(OBJECTS_FILE, hub.redact(asDocuments(objects, missing)));
  const validations = objects.flatMap(validationsOf);
  if (validations.length > 0) await deps.evidence('validations.json', hub.redact(`${JSON.stringify(validations, null, 1)}\n`));
  for (const { namespace, labels } of CONTROLLERS) {
    const text = await controllerLog(hub, namespace, labels, signal);
    if (text !== '') await deps.evidence(`${labels.split('=')[1]}.log`, hub.redact(text));
  }
  await keepServiceRecords(deps, hub, log, signal);
}

/** What an installed cluster says of itself, if it can be asked. */
export async function keepSpoke(
  deps: ActionDeps,
  { name }: PlannedCluster,
  kube: KubeClient,
  redact: (text: string) => string,
  signal: AbortSignal,
): Promise<void> {
  const lists = await Promise.all(HEALTH_KINDS.map((kind) => listIfServed(kube, kind, signal)));
  await deps.evidence(
    spokeFile(name),
    redact(
      asDocuments(
        lists.flatMap((list) => list ?? []),
        [],
      ),
    ),
  );
}

/** The timeline as it stands; nothing when the job followed no cluster. */
export async function keepTimeline(deps: ActionDeps): Promise<void> {
  const path = timelinePath(deps.workDir);
  if (existsSync(path)) await deps.evidence('conditions.jsonl', readFileSync(path, 'utf8'));
}

interface Gathered {
  readonly objects: readonly KubeObject[];
  /** Kinds that could not be read, and why. */
  readonly missing: readonly string[];
}

async function readObjects({ kube, cluster }: Hub, signal: AbortSignal): Promise<Gathered> {
  const namespaced = BESIDE.map((kind) => ({ ...kind, namespace: cluster.name }));
  const above = [
    CLUSTER_IMAGE_SET,
    CLUSTER_GROUP_UPGRADE,
    { ...APPLICATION, namespace: ARGO_NAMESPACE, labelSelector: `${CLUSTER_LABEL}=${cluster.name}` },
    { ...NAMESPACE, fieldSelector: `metadata.name=${cluster.name}` },
  ];
  const queries = [...clusterQueries(cluster.name), ...namespaced, ...above];
  const missing: string[] = [];
  const lists = await Promise.all(
    queries.map(async (query) => {
      try {
        return (await listIfServed(kube, query, signal)) ?? [];
      } catch (error) {
        missing.push(`${query.kind}: ${messageOf(error)}`);
        return [];
      }
    }),
  );
  return { objects: lists.flat(), missing };
}

function asDocuments(objects: readonly KubeObject[], missing: readonly string[]): string {
  const lacks = missing.map((line) => `# could not be read: ${line}\n`).join('');
  return lacks + objects.map((object) => `---\n${stringify(withoutManagedFields(object), { lineWidth: 0 })}`).join('');
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What assisted-service checked, by id, of the cluster and each of its hosts. */
function validationsOf(object: KubeObject): readonly { readonly object: string; readonly validations: unknown }[] {
  const validations = valueAt(object, 'status', 'validationsInfo');
  if (validations === undefined) return [];
  return [{ object: `${object.kind}/${textAt(object, 'spec', 'hostname') || object.metadata.name}`, validations }];
}

/** The end of the log of a controller's pods; '' on a hub that runs it elsewhere or lets us not read it. */
async function controllerLog({ kube }: Hub, namespace: string, labels: string, signal: AbortSignal): Promise<string> {
  try {
    const { items } = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: labels }, signal);
    const logs = items.map(async ({ metadata: { name } }) => {
      const { body } = await kube.raw('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log?tailLines=${LOG_LINES}`, undefined, signal);
      return `== ${name}\n${typeof body === 'string' ? body : JSON.stringify(body)}\n`;
    });
    return (await Promise.all(logs)).join('');
  } catch {
    signal.throwIfAborted();
    return '';
  }
}
