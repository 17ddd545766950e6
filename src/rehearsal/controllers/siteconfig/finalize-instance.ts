import type { KubeObject } from '../../../kube/objects.ts';
import type { LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { deleteOrPause } from './delete-or-pause.ts';
import { instanceStatus } from '../../../render/siteconfig/instance-status.ts';
import { FINALIZER, patchMetadata } from './operator-marks.ts';

/** Deletes what a ClusterInstance made, and only then lets it go. */
export async function finalizeInstance(deps: Pick<HubDeps, 'kube' | 'clock'>, instance: KubeObject, signal: AbortSignal): Promise<LookAgain | undefined> {
  const { resourceVersion, finalizers = [] } = instance.metadata;
  if (!finalizers.includes(FINALIZER)) return undefined;
  const deleting = await deleteOrPause(deps, instance, instanceStatus(instance).manifestsRendered ?? [], signal);
  if (deleting.state === 'going') return { afterMs: deleting.afterMs };
  if (deleting.state === 'gone')
    await patchMetadata(deps.kube, instance, { resourceVersion, finalizers: finalizers.filter((one) => one !== FINALIZER) }, signal);
  return undefined;
}
