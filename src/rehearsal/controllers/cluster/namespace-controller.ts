import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { objectPath } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { withConditions } from '../conditions.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import { namespacedKinds, type NamespacedKind } from './namespaced-kinds.ts';
import { remainingConditions, type Remaining } from './remaining-conditions.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
/** The real controller estimates how long finalizers take; this is about what it comes to. */
const RETRY_MS = 10_000;

/**
 * Empties a namespace that is being deleted and lets it go when nothing is left.
 *
 * Objects go in an order drawn from the seed: the real order is nobody's promise, and trouble comes from trusting it.
 */
export function namespaceController(deps: Pick<HubDeps, 'kube' | 'clock' | 'seed'>): Controller {
  const { kube, clock, seed } = deps;
  /** Kinds that still had content, by the namespace's uid: nothing new is created in a namespace that terminates. */
  const left = new Map<string, readonly NamespacedKind[]>();
  return {
    name: 'namespace',
    watches: [{ kind: NAMESPACE, keysOf: changedOnly(({ metadata }) => metadata.deletionTimestamp) }],
    async reconcile({ name }, signal) {
      const namespace = await kube.get({ ...NAMESPACE, name }, signal);
      if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
      const uid = namespace.metadata.uid!;
      const found = await contentOf(kube, name, left.get(uid) ?? (await namespacedKinds(kube, signal)), signal);
      await deleteAll(kube, seed, found, signal);
      const kinds = found.map(({ kind }) => kind);
      const remaining = await contentOf(kube, name, kinds, signal);
      if (remaining.length === 0) {
        left.delete(uid);
        await kube.raw('PUT', `/api/v1/namespaces/${name}/finalize`, { ...namespace, spec: { finalizers: [] } }, signal);
        return undefined;
      }
      left.set(uid, kinds);
      await showRemaining(kube, namespace, remaining, clock.now(), signal);
      return { afterMs: RETRY_MS, idle: true };
    },
  };
}

async function contentOf(
  kube: KubeClient,
  namespace: string,
  kinds: readonly NamespacedKind[],
  signal: AbortSignal,
): Promise<readonly (Remaining & { readonly kind: NamespacedKind })[]> {
  const found: (Remaining & { readonly kind: NamespacedKind })[] = [];
  for (const kind of kinds) {
    const { items } = await kube.list({ apiVersion: kind.apiVersion, kind: kind.kind, namespace }, signal);
    if (items.length > 0) found.push({ kind, resource: kind.resource, objects: items });
  }
  return found;
}

async function deleteAll(kube: KubeClient, seed: number | string, content: readonly Remaining[], signal: AbortSignal): Promise<void> {
  const turn = (object: KubeObject): number => jitterMs(seed, objectPath(object), 'namespace-deletion', 0, 2 ** 31);
  const objects = content.flatMap(({ objects }) => objects).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  for (const { apiVersion, kind, metadata } of objects.toSorted((a, b) => turn(a) - turn(b)))
    await kube.delete({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name }, { propagationPolicy: 'Background' }, signal);
}

async function showRemaining(kube: KubeClient, namespace: KubeObject, remaining: readonly Remaining[], nowMs: number, signal: AbortSignal): Promise<void> {
  const status = (namespace['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  const conditions = withConditions(status.conditions, remainingConditions(remaining), nowMs);
  if (conditions !== status.conditions) await kube.update({ ...namespace, status: { ...status, conditions } }, { subresource: 'status' }, signal);
}
