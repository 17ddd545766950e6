import type { KubeClient } from '../../../kube/kube-client.ts';

/** A kind that has objects in namespaces, and what conditions call it. */
export interface NamespacedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** `<plural>.<group>`; the core group leaves the dot at the end, as the real controller does. */
  readonly resource: string;
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean; readonly verbs: readonly string[] }[];
}

/** What a namespace of this server can hold, by discovery: every kind that can be listed and deleted, in one version each. */
export async function namespacedKinds(kube: KubeClient, signal: AbortSignal): Promise<readonly NamespacedKind[]> {
  const { body } = await kube.raw('GET', '/apis', undefined, signal);
  const groups = (body as { groups?: readonly { readonly preferredVersion: { readonly groupVersion: string } }[] }).groups ?? [];
  const kinds: NamespacedKind[] = [];
  for (const apiVersion of ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]) {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const answer = await kube.raw('GET', path, undefined, signal);
    for (const { name, kind, namespaced, verbs } of (answer.body as ResourceList).resources ?? []) {
      if (!namespaced || name.includes('/') || !verbs.includes('list') || !verbs.includes('delete')) continue;
      kinds.push({ apiVersion, kind, resource: `${name}.${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}` });
    }
  }
  return kinds;
}
