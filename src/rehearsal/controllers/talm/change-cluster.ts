import { MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ClusterChanges, Upgrade } from './upgrade.ts';

type Deps = Pick<HubDeps, 'kube'>;

/** Labels and annotations that a roll-out gives to, and takes from, a cluster that it is about to change or is done with. */
export async function changeCluster({ kube }: Deps, name: string, changes: ClusterChanges | undefined, signal: AbortSignal): Promise<void> {
  if (!changes) return;
  const removedLabels = [...Object.keys(changes.deleteClusterLabels ?? {}), ...(changes.removeClusterLabels ?? [])];
  const labels = difference(changes.addClusterLabels, removedLabels);
  const annotations = difference(changes.addClusterAnnotations, changes.removeClusterAnnotations ?? []);
  if (Object.keys(labels).length + Object.keys(annotations).length === 0) return;
  const cluster = await kube.get({ ...MANAGED_CLUSTER, name }, signal);
  if (cluster === undefined) return;
  const differs = (now: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string | null>>): boolean =>
    Object.entries(wanted).some(([key, value]) => (now[key] ?? null) !== value);
  const { metadata } = cluster;
  if (!differs(metadata.labels, labels) && !differs(metadata.annotations, annotations)) return;
  await kube.patch({ ...MANAGED_CLUSTER, name }, { metadata: { labels, annotations } }, { type: 'merge' }, signal);
}

/** A cluster is done: it is counted, and gets what `afterCompletion` says. */
export async function completeCluster(deps: Deps, { spec, status }: Upgrade, name: string, signal: AbortSignal): Promise<void> {
  status.clusters = [...(status.clusters ?? []), { name, state: 'complete' }];
  await changeCluster(deps, name, spec.actions?.afterCompletion, signal);
}

function difference(added: Readonly<Record<string, string>> = {}, removed: readonly string[]): Readonly<Record<string, string | null>> {
  return { ...added, ...Object.fromEntries(removed.map((key) => [key, null])) };
}
