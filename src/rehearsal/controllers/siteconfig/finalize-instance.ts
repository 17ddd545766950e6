import { rfc3339Seconds, withConditions } from '../conditions.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { withReferences } from './apply-manifests.ts';
import { deleteHighestWave, DELETION_LIMIT_MS, WAVE_PAUSE_MS } from './delete-manifests.ts';
import type { HubDeps } from '../hub-deps.ts';
import { changeStatus, instanceStatus } from './instance-status.ts';
import { FINALIZER, patchMetadata } from './operator-marks.ts';

export const PAUSED = 'clusterinstance.siteconfig.open-cluster-management.io/paused';

/**
 * Deletes what a ClusterInstance made, one wave a minute from the highest down, and only then lets it go.
 *
 * After half an hour with the same wave it gives up and pauses itself; a person takes the pause away (reference/ztp.md §3.4).
 */
export async function finalizeInstance(
  { kube, clock }: Pick<HubDeps, 'kube' | 'clock'>,
  instance: KubeObject,
  signal: AbortSignal,
): Promise<{ afterMs: number } | void> {
  const { namespace, name, resourceVersion, finalizers = [] } = instance.metadata;
  if (!finalizers.includes(FINALIZER)) return;
  const owner = { namespace: namespace!, name };
  const made = instanceStatus(instance).manifestsRendered ?? [];
  const { references, sinceMs } = await deleteHighestWave({ kube, nowMs: clock.now() }, owner, made, signal);
  if (references.length === 0) {
    await patchMetadata(kube, instance, { resourceVersion, finalizers: finalizers.filter((one) => one !== FINALIZER) }, signal);
    return;
  }
  if (clock.now() - sinceMs < DELETION_LIMIT_MS) {
    const going = references.map((one) => ({ ...one, status: 'deletion-in-progress' as const }));
    await changeStatus(
      kube,
      instance,
      ({ paused: _over, ...status }) => ({ ...status, manifestsRendered: withReferences(status.manifestsRendered, going) }),
      signal,
    );
    return { afterMs: WAVE_PAUSE_MS };
  }
  const late = references.map((one) => ({ ...one, status: 'deletion-attempt-timed-out' as const }));
  const message = `Timed out waiting for ${late.map((one) => `${one.kind} ${one.name}`).join(', ')} to be deleted`;
  const now = clock.now();
  const stopped = await changeStatus(
    kube,
    instance,
    (status) => ({
      ...status,
      manifestsRendered: withReferences(status.manifestsRendered, late),
      paused: { timeSet: rfc3339Seconds(now), reason: message },
      conditions: withConditions(status.conditions, [{ type: 'RenderedTemplatesDeleted', status: 'False', reason: 'TimedOut', message }], now),
    }),
    signal,
  );
  await patchMetadata(kube, stopped, { annotations: { [PAUSED]: '' } }, signal);
}
