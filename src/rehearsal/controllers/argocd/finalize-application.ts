import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import type { LookAgain } from '../controller.ts';
import { applicationOf } from './application.ts';
import { CASCADE_FINALIZERS } from './kinds.ts';
import { refOfId, trackedBy } from './resource-id.ts';

const LOOK_MS = 5000;

/** Deletes what an Application made, last waves first, before the Application goes; without the finalizer its objects stay. */
export async function finalizeApplication(kube: KubeClient, object: KubeObject, signal: AbortSignal): Promise<LookAgain | undefined> {
  const finalizer = object.metadata.finalizers?.find((one) => CASCADE_FINALIZERS.includes(one));
  if (finalizer === undefined) return undefined;
  const { status } = applicationOf(object);
  const waves = Map.groupBy(status?.resources ?? [], ({ syncWave = 0 }) => syncWave);
  for (const wave of [...waves.keys()].toSorted((a, b) => b - a)) {
    let left = 0;
    for (const resource of waves.get(wave)!.toReversed()) {
      const live = await kube.get(refOfId(resource), signal);
      if (live === undefined || trackedBy(live) !== object.metadata.name) continue;
      left++;
      if (live.metadata.deletionTimestamp === undefined) await kube.delete(refOfId(resource), { uid: live.metadata.uid! }, signal);
    }
    if (left > 0) return { afterMs: LOOK_MS };
  }
  await dropFinalizer(kube, object, finalizer, signal);
  return undefined;
}
