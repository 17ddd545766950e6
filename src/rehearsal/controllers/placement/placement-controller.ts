import { withConditions } from '../conditions.ts';
import { MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import { keyOf, type Controller } from '../controller.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { matchesSelector, type LabelSelector } from '../../../kube/matches-selector.ts';

export const PLACEMENT = { apiVersion: 'cluster.open-cluster-management.io/v1beta1', kind: 'Placement' } as const;

/** A placement that changes twice within this time is scheduled once. */
const SETTLE_MS = 600;

interface PlacementSpec {
  readonly numberOfClusters?: number;
  readonly predicates?: readonly { readonly requiredClusterSelector?: { readonly labelSelector?: LabelSelector } }[];
}

interface PlacementStatus {
  readonly conditions?: readonly Condition[];
  readonly numberOfSelectedClusters?: number;
}

/** Shows what placements select. */
export function placementController({ kube, clock }: Pick<HubDeps, 'kube' | 'clock'>, cache: ObjectCache): Controller {
  const changes = new Map<string, { readonly generation: number | undefined; readonly sinceMs: number }>();
  return {
    name: 'placement',
    watches: [{ kind: PLACEMENT }, { kind: MANAGED_CLUSTER, keysOf: () => cache.list(PLACEMENT).map(keyOf) }],
    async reconcile({ namespace, name }, signal) {
      const placement = await kube.get({ ...PLACEMENT, namespace, name }, signal);
      const id = `${namespace}/${name}`;
      if (placement === undefined) return void changes.delete(id);
      const { generation } = placement.metadata;
      const known = changes.get(id);
      const seen = known?.generation === generation ? known! : { generation, sinceMs: clock.now() };
      changes.set(id, seen);
      const leftMs = seen.sinceMs + SETTLE_MS - clock.now();
      if (leftMs > 0) return { afterMs: leftMs };
      const selected = selectedBy(cache, placement).length;
      const before = (placement['status'] ?? {}) as PlacementStatus;
      const conditions = withConditions(before.conditions, [satisfied(selected)], clock.now());
      if (conditions === before.conditions && before.numberOfSelectedClusters === selected) return undefined;
      await kube.update({ ...placement, status: { ...before, numberOfSelectedClusters: selected, conditions } }, { subresource: 'status' }, signal);
      return undefined;
    },
  };
}

/** The clusters that fit one of a placement's predicates, by name. */
export function selectedBy(cache: ObjectCache, placement: KubeObject): readonly string[] {
  const { predicates, numberOfClusters } = (placement['spec'] ?? {}) as PlacementSpec;
  const fits = cache
    .list(MANAGED_CLUSTER)
    .filter(
      ({ metadata }) => predicates?.some(({ requiredClusterSelector }) => matchesSelector(metadata.labels, requiredClusterSelector?.labelSelector)) ?? true,
    );
  return fits.map(({ metadata }) => metadata.name).slice(0, numberOfClusters);
}

function satisfied(selected: number): Condition {
  const type = 'PlacementSatisfied';
  return selected > 0
    ? { type, status: 'True', reason: 'AllDecisionsScheduled', message: 'All cluster decisions scheduled' }
    : { type, status: 'False', reason: 'NoManagedClusterMatched', message: 'No ManagedCluster matches any of the cluster predicate' };
}
