import type { KubeObject } from '../../../kube/objects.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import type { HubDeps } from '../hub-deps.ts';
import { withReferences } from './apply-manifests.ts';
import { deleteHighestWave } from './delete-manifests.ts';
import { changeStatus } from './change-status.ts';
import type { ManifestReference, ManifestStatus } from '../../../render/siteconfig/instance-status.ts';
import { patchMetadata } from './operator-marks.ts';

export const PAUSED = 'clusterinstance.siteconfig.open-cluster-management.io/paused';
const WAVE_PAUSE_MS = 60_000;
const LIMIT_MS = 30 * 60_000;

/** `gone`: nothing of ours is left; `going`: look again then; `paused`: the operator gave up and touches the object no more. */
export type Deleting = { readonly state: 'gone' } | { readonly state: 'going'; readonly afterMs: number } | { readonly state: 'paused' };

/**
 * Deletes objects of a ClusterInstance, one wave a minute from the highest down.
 *
 * After half an hour with the same wave the operator pauses itself; a person takes the pause away (reference/ztp.md §3.4).
 */
export async function deleteOrPause(
  { kube, clock }: Pick<HubDeps, 'kube' | 'clock'>,
  instance: KubeObject,
  made: readonly ManifestReference[],
  signal: AbortSignal,
): Promise<Deleting> {
  const { namespace, name } = instance.metadata;
  const nowMs = clock.now();
  const { references, sinceMs } = await deleteHighestWave({ kube, nowMs }, { namespace: namespace!, name }, made, signal);
  if (references.length === 0) return { state: 'gone' };
  const shown = (status: ManifestStatus): readonly ManifestReference[] => references.map((one) => ({ ...one, status }));
  if (nowMs - sinceMs < LIMIT_MS) {
    const going = shown('deletion-in-progress');
    await changeStatus(
      kube,
      instance,
      ({ paused: _over, ...status }) => ({ ...status, manifestsRendered: withReferences(status.manifestsRendered, going) }),
      signal,
    );
    return { state: 'going', afterMs: WAVE_PAUSE_MS };
  }
  const message = `Timed out waiting for ${references.map((one) => `${one.kind} ${one.name}`).join(', ')} to be deleted`;
  const stopped = await changeStatus(
    kube,
    instance,
    (status) => ({
      ...status,
      manifestsRendered: withReferences(status.manifestsRendered, shown('deletion-attempt-timed-out')),
      paused: { timeSet: rfc3339Seconds(nowMs), reason: message },
      conditions: withConditions(status.conditions, [{ type: 'RenderedTemplatesDeleted', status: 'False', reason: 'TimedOut', message }], nowMs),
    }),
    signal,
  );
  await patchMetadata(kube, stopped, { annotations: { [PAUSED]: '' } }, signal);
  return { state: 'paused' };
}
