import type { KubeClient } from '../../kube/kube-client.ts';
import { refOf, type KubeObject } from '../../kube/objects.ts';

/** Takes a finalizer off an object, if it is there; a stale object is a conflict. */
export async function dropFinalizer(
  kube: KubeClient,
  object: KubeObject,
  finalizer: string,
  signal: AbortSignal | undefined,
  options: { readonly fieldManager?: string } = {},
): Promise<void> {
  const { finalizers = [], resourceVersion } = object.metadata;
  if (!finalizers.includes(finalizer)) return;
  const metadata = { resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) };
  await kube.patch(refOf(object), { metadata }, { ...options, type: 'merge' }, signal);
}
