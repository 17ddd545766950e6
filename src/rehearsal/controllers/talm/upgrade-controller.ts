import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { conditionOf, rfc3339Seconds } from '../conditions.ts';
import { keyOf, type Controller, type LookAgain, type ObjectKey } from '../controller.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import { verdictsOf } from './compliance.ts';
import { POLICY, ROOT_POLICY_LABEL, UPGRADE } from './kinds.ts';
import { deletePlacements } from './placements.ts';
import { runBatches } from './run-batches.ts';
import { namedClusters } from './select-clusters.ts';
import { AT_ONCE, startUpgrade } from './start-upgrade.ts';
import { deletesObjects, upgradeOf, type Upgrade } from './upgrade.ts';

const FINALIZER = 'ran.openshift.io/cleanup-finalizer';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'log'>;

/** Rolls policies out to clusters as a ClusterGroupUpgrade says. It looks at changed specs, at changed verdicts of its policies, and at its own times; nothing else wakes it. */
export function upgradeController(deps: Deps, cache: ObjectCache): Controller {
  const appointments = new Map<string, number>();
  return {
    name: 'clustergroupupgrade',
    watches: [
      { kind: UPGRADE, keysOf: changedOnly(({ metadata }) => metadata.generation) },
      { kind: POLICY, keysOf: changedOnly(verdictsOf, (policy) => concerned(cache, policy)) },
      { kind: MANAGED_CLUSTER, keysOf: () => [] },
    ],
    async reconcile({ namespace, name }, signal) {
      const object = await deps.kube.get({ ...UPGRADE, namespace, name }, signal);
      if (object === undefined) return undefined;
      const id = object.metadata.uid!;
      const next = await turn(deps, cache, object, signal);
      if (next) return keptAppointment(appointments, id, next, deps.clock.now());
      appointments.delete(id);
      return undefined;
    },
  };
}

async function turn(deps: Deps, cache: ObjectCache, object: KubeObject, signal: AbortSignal): Promise<LookAgain | undefined> {
  const upgrade = upgradeOf(object);
  const { finalizers = [], deletionTimestamp, name, namespace, resourceVersion } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (upgrade.status.status.completedAt === undefined || !deletesObjects(upgrade)) await deletePlacements(deps, upgrade, signal);
    await dropFinalizer(deps.kube, object, FINALIZER, signal);
    return undefined;
  }
  if (!finalizers.includes(FINALIZER)) {
    const metadata = { resourceVersion, finalizers: [...finalizers, FINALIZER] };
    await deps.kube.patch({ ...UPGRADE, namespace, name }, { metadata }, { type: 'merge' }, signal);
    return AT_ONCE;
  }
  const { conditions } = upgrade.status;
  let next: LookAgain | undefined;
  if (conditionOf(conditions, 'Succeeded')) await finish(deps, upgrade, signal);
  else if (conditionOf(conditions, 'Progressing')?.status === 'True') next = await runBatches(deps, cache, upgrade, signal);
  else next = await startUpgrade(deps, cache, upgrade, signal);
  const status = JSON.parse(JSON.stringify(upgrade.status)) as unknown;
  if (!isDeepStrictEqual(status, object['status'])) await deps.kube.update({ ...object, status }, { subresource: 'status' }, signal);
  return next;
}

async function finish(deps: Deps, upgrade: Upgrade, signal: AbortSignal): Promise<void> {
  const { status } = upgrade.status;
  if (status.completedAt !== undefined) return;
  if (deletesObjects(upgrade)) await deletePlacements(deps, upgrade, signal);
  status.completedAt = rfc3339Seconds(deps.clock.now());
  status.currentBatch = undefined;
  status.currentBatchStartedAt = undefined;
  status.currentBatchRemediationProgress = undefined;
}

/** Roll-outs, not ended well, that name the policy. Only verdicts on their own clusters matter to them. */
function concerned(cache: ObjectCache, policy: KubeObject): readonly ObjectKey[] {
  if (policy.metadata.labels?.[ROOT_POLICY_LABEL] !== undefined) return [];
  const judged = Object.keys(verdictsOf(policy));
  return cache
    .list(UPGRADE)
    .filter((object) => {
      const { spec, status } = upgradeOf(object);
      if (conditionOf(status.conditions, 'Succeeded')?.status === 'True' || !spec.managedPolicies?.includes(policy.metadata.name)) return false;
      const clusters = namedClusters(cache, spec);
      return judged.some((one) => clusters.includes(one));
    })
    .map(keyOf);
}

/**
 * A turn for another reason does not put off what was agreed before: an object that controller-runtime is to look at
 * again at two times is looked at at the earlier one.
 */
function keptAppointment(appointments: Map<string, number>, id: string, next: LookAgain, nowMs: number): LookAgain {
  const agreedMs = appointments.get(id);
  const wantedMs = nowMs + next.afterMs;
  const dueMs = agreedMs !== undefined && agreedMs > nowMs ? Math.min(agreedMs, wantedMs) : wantedMs;
  appointments.set(id, dueMs);
  return { ...next, afterMs: dueMs - nowMs };
}
