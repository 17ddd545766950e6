import type { KubeClient } from '../../../kube/kube-client.ts';
import { refOf, type KindRef, type KubeObject, type ObjectRef } from '../../../kube/objects.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import { FIELD_MANAGER } from './assisted-deps.ts';

/** A kind and a key as what `KubeClient.get` takes. */
export function at(kind: KindRef, namespace: string | undefined, name: string): ObjectRef {
  return { apiVersion: kind.apiVersion, kind: kind.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Writes a status when it differs from the one there; a stale object is a conflict, and the reconcile starts over. */
export async function putStatus(kube: KubeClient, object: KubeObject, status: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<KubeObject> {
  if (equal(object['status'] ?? {}, status)) return object;
  return kube.update({ ...object, status }, { ...FIELD_MANAGER, subresource: 'status' }, signal);
}

export async function mergePatch(kube: KubeClient, object: KubeObject, patch: unknown, signal: AbortSignal): Promise<KubeObject> {
  return kube.patch(refOf(object), patch, { ...FIELD_MANAGER, type: 'merge' }, signal);
}

export async function addFinalizer(
  kube: KubeClient,
  object: KubeObject,
  finalizer: string,
  signal: AbortSignal,
  rest: Readonly<Record<string, unknown>> = {},
): Promise<KubeObject> {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(finalizer) || object.metadata.deletionTimestamp !== undefined) return object;
  const { resourceVersion } = object.metadata;
  return mergePatch(kube, object, { metadata: { resourceVersion, finalizers: [...finalizers, finalizer] }, ...rest }, signal);
}

export function removeFinalizer(kube: KubeClient, object: KubeObject, finalizer: string, signal: AbortSignal): Promise<void> {
  return dropFinalizer(kube, object, finalizer, signal, FIELD_MANAGER);
}

/** The service marks Secrets and ConfigMaps it depends on: they are watched and backed up. */
export async function addLabels(kube: KubeClient, object: KubeObject, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KubeObject> {
  const missing = Object.entries(labels).filter(([key, value]) => object.metadata.labels?.[key] !== value);
  return missing.length === 0 ? object : mergePatch(kube, object, { metadata: { labels: Object.fromEntries(missing) } }, signal);
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, index) => equal(one, b[index]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
