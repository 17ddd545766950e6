import type { KubeClient } from '../../../src/kube/kube-client.ts';
import type { Condition, KubeObject } from '../../../src/kube/objects.ts';

/** Creates CustomResourceDefinitions and waits until each is served. @throws when one is not within a minute. */
export async function establishDefinitions(kube: KubeClient, definitions: readonly KubeObject[]): Promise<void> {
  const left = new Set(definitions.map(({ metadata }) => metadata.name));
  for (const definition of definitions) await kube.create(definition);
  const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  for await (const event of kube.watch(kind, AbortSignal.timeout(60_000))) {
    if (event.type === 'synced') continue;
    const { conditions } = (event.object['status'] ?? {}) as { readonly conditions?: readonly Condition[] | null };
    if (conditions?.some(({ type, status }) => type === 'Established' && status === 'True')) left.delete(event.object.metadata.name);
    if (left.size === 0) return;
  }
}
