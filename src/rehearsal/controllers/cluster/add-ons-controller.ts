import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { conditionOf, withConditions } from '../conditions.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import { ADD_ON_FINALIZER, addOn, wantedAddOns } from './add-on.ts';
import { manifestWork } from './klusterlet-works.ts';
import { ADD_ON, ADD_ON_CONFIG, clusterStatus, isDeleting, MANAGED_CLUSTER } from './managed-cluster.ts';
import { dropFinalizer } from '../drop-finalizer.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'>;

/** Gives a managed cluster the add-ons its KlusterletAddonConfig asks for, and reports for their agents. */
export function addOnsController(deps: Deps, cache: ObjectCache): Controller {
  const inNamespace = ({ metadata }: KubeObject): readonly ObjectKey[] => [{ namespace: undefined, name: metadata.namespace! }];
  return {
    name: 'add-ons',
    watches: [
      { kind: MANAGED_CLUSTER },
      { kind: ADD_ON_CONFIG, keysOf: inNamespace },
      { kind: ADD_ON, keysOf: changedOnly(({ metadata }) => metadata.deletionTimestamp, inNamespace) },
    ],
    async reconcile({ name }, signal) {
      const cluster = cache.get({ ...MANAGED_CLUSTER, name });
      const present = cache.list({ ...ADD_ON, namespace: name });
      const waits = [];
      for (const one of present.filter(isDeleting)) waits.push(await finish(deps, one, cluster === undefined, signal));
      if (cluster !== undefined && !isDeleting(cluster)) waits.push(await provide(deps, cache, cluster, present, signal));
      const due = waits.filter((ms) => ms !== undefined);
      return due.length > 0 ? { afterMs: Math.min(...due) } : undefined;
    },
  };
}

async function provide(deps: Deps, cache: ObjectCache, cluster: KubeObject, present: readonly KubeObject[], signal: AbortSignal): Promise<number | undefined> {
  const { name } = cluster.metadata;
  const { conditions } = clusterStatus(cluster);
  if (conditionOf(conditions, 'ManagedClusterImportSucceeded')?.status !== 'True') return undefined;
  const wanted = wantedAddOns(cache.get({ ...ADD_ON_CONFIG, namespace: name, name }));
  for (const one of wanted) {
    if (present.some(({ metadata }) => metadata.name === one)) continue;
    const { metadata, ...kind } = await deps.kube.create(addOn(name, one), {}, signal);
    const owner = { apiVersion: kind.apiVersion, kind: kind.kind, name: one, uid: metadata.uid! };
    await deps.kube.create(manifestWork(name, `addon-${one}-deploy-0`, [], { ownerReferences: [owner] }), {}, signal);
  }
  for (const one of present.filter((object) => !isDeleting(object) && !wanted.includes(object.metadata.name)))
    await deps.kube.delete({ ...ADD_ON, namespace: name, name: one.metadata.name }, {}, signal);

  const available = conditionOf(conditions, 'ManagedClusterConditionAvailable');
  if (available?.status !== 'True') return undefined;
  let next: number | undefined;
  for (const one of present.filter((object) => !isDeleting(object))) {
    const dueMs = Date.parse(available.lastTransitionTime!) + jitterMs(deps.seed, `${name}/${one.metadata.name}`, 'add-on', 45_000, 75_000);
    const leftMs = dueMs - deps.clock.now();
    if (leftMs > 0) next = Math.min(next ?? leftMs, leftMs);
    else await showAvailable(deps, one, signal);
  }
  return next;
}

async function showAvailable({ kube, clock }: Deps, one: KubeObject, signal: AbortSignal): Promise<void> {
  const status = (one['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  const message = `${one.metadata.name} add-on is available.`;
  const conditions = withConditions(
    status.conditions,
    [{ type: 'Available', status: 'True', reason: 'ManagedClusterAddOnLeaseUpdated', message }],
    clock.now(),
  );
  if (conditions !== status.conditions) await kube.update({ ...one, status: { ...status, conditions } }, { subresource: 'status' }, signal);
}

/** Its cleanup takes a while; without a cluster there is none. */
async function finish(deps: Deps, one: KubeObject, forced: boolean, signal: AbortSignal): Promise<number | undefined> {
  const { name, namespace, deletionTimestamp } = one.metadata;
  const leftMs = forced ? 0 : Date.parse(deletionTimestamp!) + jitterMs(deps.seed, `${namespace}/${name}`, 'remove-add-on', 5000, 15_000) - deps.clock.now();
  if (leftMs > 0) return leftMs;
  await dropFinalizer(deps.kube, one, ADD_ON_FINALIZER, signal);
  return undefined;
}
