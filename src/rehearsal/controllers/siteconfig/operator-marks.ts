import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { FIELD_MANAGER } from '../../../render/siteconfig/stages.ts';

export const FINALIZER = 'clusterinstance.siteconfig.open-cluster-management.io/finalizer';
const RESTORE_STATUS = 'velero.io/restore-status';
const OBSERVED_SPEC = 'clusterinstance.siteconfig.open-cluster-management.io/last-observed-spec';

/** The operator's finalizer, and its mark for backup programs (reference/ztp.md §3.5.15). */
export async function withOperatorMarks(kube: KubeClient, instance: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  const { finalizers = [], annotations = {}, resourceVersion } = instance.metadata;
  if (finalizers.includes(FINALIZER) && annotations[RESTORE_STATUS] !== undefined) return instance;
  const marked = finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER];
  return patchMetadata(kube, instance, { resourceVersion, finalizers: marked, annotations: { [RESTORE_STATUS]: 'true' } }, signal);
}

/** Keeps the spec that was rendered last: a reinstall compares with it. */
export function withObservedSpec(kube: KubeClient, instance: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  return patchMetadata(kube, instance, { annotations: { [OBSERVED_SPEC]: JSON.stringify(instance['spec']) } }, signal);
}

/** @returns undefined before the first rendering. */
export function observedSpec({ metadata }: KubeObject): unknown {
  const text = metadata.annotations?.[OBSERVED_SPEC];
  return text === undefined ? undefined : JSON.parse(text);
}

export function patchMetadata(
  kube: KubeClient,
  { apiVersion, kind, metadata: { name, namespace } }: KubeObject,
  metadata: object,
  signal: AbortSignal,
): Promise<KubeObject> {
  return kube.patch({ apiVersion, kind, namespace, name }, { metadata }, { type: 'merge', fieldManager: FIELD_MANAGER }, signal);
}
