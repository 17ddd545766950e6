import { isKubeApiError } from '../../kube/kube-api-error.ts';
import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { WaitingOn } from '../../util/step.ts';
import type { Hub } from '../hub.ts';
import { CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE } from '../kinds.ts';
import { conditionsOf } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { refOf, type FoundObject } from './found-objects.ts';

/** How long one object may wait for its finalizers. A host that is deprovisioned and powered off took under 4 minutes. */
const STUCK_MS = 10 * 60_000;

/**
 * Deletes objects and waits until each is gone by UID; one of the same name that came later is none of them.
 *
 * `others` are looked at too, because what is deleted may wait for them: a ClusterInstance deletes what it rendered.
 *
 * @throws StepFailed that names the object that hangs and its finalizers.
 */
export async function deleteAndWait(hub: Hub, objects: readonly FoundObject[], others: readonly FoundObject[] = []): Promise<void> {
  const { kube, context } = hub;
  for (const object of objects) {
    const there = await kube.get(refOf(object), context.signal);
    if (there?.metadata.uid !== object.uid || there.metadata.deletionTimestamp !== undefined) continue;
    try {
      await kube.delete(refOf(object), { uid: object.uid }, context.signal);
    } catch (error) {
      if (!isKubeApiError(error) || error.status !== 409) throw error; // 409: another UID, so ours is gone.
    }
  }
  const uids = new Set(objects.map(({ uid }) => uid));
  const known = new Set([...objects, ...others].map(({ uid }) => uid));
  const since = new Map<string, number>();
  await watchUntil({ kube, clock: context.clock, signal: context.signal }, queriesOf([...objects, ...others]), (seen): Look<undefined> => {
    const left = seen.filter(({ metadata: { uid = '' } }) => uids.has(uid));
    if (left.length === 0) return { met: undefined };
    const holding = seen.filter((object) => known.has(object.metadata.uid ?? '') && waitsForFinalizers(object));
    const named = holding.filter(({ kind }) => kind !== CLUSTER_INSTANCE.kind && kind !== 'Namespace');
    // A ClusterDeployment waits for its AgentClusterInstall: it hangs itself only when it is alone.
    const blocking = named.find(({ kind }) => kind !== CLUSTER_DEPLOYMENT.kind) ?? named[0] ?? left[0]!;
    const on = { ...waitingOnDeletion(blocking), message: hub.redact(waitingOnDeletion(blocking).message) };
    context.waiting(on);
    const path = objectPath(blocking);
    const nowMs = context.clock.now();
    for (const key of since.keys()) if (key !== path) since.delete(key);
    if (!since.has(path)) since.set(path, nowMs);
    // What a ClusterInstance or a namespace waits for shows in another object; its own time is the step's limit.
    if (blocking === left[0] && !waitsForFinalizers(blocking)) return { againMs: undefined };
    const leftMs = since.get(path)! + STUCK_MS - nowMs;
    if (leftMs > 0) return { againMs: leftMs };
    throw new StepFailed('timed_out', on, {
      hint: 'see that the controller that owns the finalizer runs; take the finalizer away by hand only when nothing is left that it would clean up',
    });
  });
  context.waiting(undefined);
}

function waitsForFinalizers({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length > 0;
}

function waitingOnDeletion(object: KubeObject): WaitingOn {
  const remaining = conditionsOf(object).find(({ type, status }) => type.endsWith('Remaining') && status === 'True');
  if (remaining) return { object: objectPath(object), condition: remaining.type, reason: remaining.reason, message: remaining.message };
  const finalizers = object.metadata.finalizers ?? [];
  const reason = finalizers.length > 0 ? 'FinalizersRemaining' : 'Deleting';
  return {
    object: objectPath(object),
    condition: 'Deleted',
    reason,
    message: finalizers.length > 0 ? `waits for its finalizers: ${finalizers.join(', ')}` : 'it is still there',
  };
}

function queriesOf(objects: readonly FoundObject[]): ReturnType<typeof queryOf>[] {
  return [...new Map(objects.map((object) => [`${object.kind}.${object.apiVersion}`, queryOf(object)])).values()];
}

function queryOf({ apiVersion, kind, namespace, name }: FoundObject): { apiVersion: string; kind: string; namespace?: string; fieldSelector?: string } {
  return namespace === undefined ? { apiVersion, kind, fieldSelector: `metadata.name=${name}` } : { apiVersion, kind, namespace };
}
