import { matchesSelector, type LabelSelector } from '../../../kube/matches-selector.ts';
import { MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import type { ObjectCache } from '../object-cache.ts';
import type { UpgradeSpec } from './upgrade.ts';

/** The clusters of a roll-out: the named ones in their order, then what the selectors find, sorted. */
export type Selection = { readonly clusters: readonly string[] } | { readonly refused: string };

/** Chooses the clusters and checks that they, and the canaries, are there. */
export function selectClusters(cache: ObjectCache, spec: UpgradeSpec): Selection {
  if (spec.clusters === undefined && spec.clusterSelector === undefined && spec.clusterLabelSelectors === undefined)
    return { refused: 'cannot obtain all the details about the clusters in the CR: no cluster specified for remediation' };
  const clusters = namedClusters(cache, spec);
  const missing = clusters.find((name) => cache.get({ ...MANAGED_CLUSTER, name }) === undefined);
  if (missing !== undefined) return { refused: `cluster ${missing} is not a ManagedCluster` };
  const canary = spec.remediationStrategy.canaries?.find((name) => !clusters.includes(name));
  return canary === undefined ? { clusters } : { refused: `canary cluster ${canary} is not in the list of clusters` };
}

/** Without the checks. */
export function namedClusters(cache: ObjectCache, spec: UpgradeSpec): readonly string[] {
  const selectors = [...(spec.clusterSelector ?? []).flatMap(oldSelector), ...(spec.clusterLabelSelectors ?? [])];
  const found = cache
    .list(MANAGED_CLUSTER)
    .filter(({ metadata }) => selectors.some((one) => matchesSelector(metadata.labels, one)))
    .map(({ metadata }) => metadata.name);
  return [...new Set([...(spec.clusters ?? []), ...found.toSorted()])];
}

/** `key=value` or `key`, which means an empty value; anything else is passed over. */
function oldSelector(text: string): LabelSelector[] {
  const [key = '', value = '', ...more] = text.split('=');
  return more.length > 0 ? [] : [{ matchLabels: { [key]: value } }];
}
