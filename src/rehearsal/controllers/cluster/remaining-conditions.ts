import type { Condition, KubeObject } from '../../../kube/objects.ts';

/** What is left in a namespace that is being deleted. */
export interface Remaining {
  readonly resource: string;
  readonly objects: readonly KubeObject[];
}

/** The namespace controller's conditions, in its own words (kubernetes pkg/controller/namespace/deletion). */
export function remainingConditions(remaining: readonly Remaining[]): readonly Condition[] {
  const content = remaining.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`).toSorted();
  const holders = new Map<string, number>();
  for (const { objects } of remaining)
    for (const { metadata } of objects) for (const finalizer of metadata.finalizers ?? []) holders.set(finalizer, (holders.get(finalizer) ?? 0) + 1);
  const finalizers = [...holders].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).toSorted();
  return [
    settled('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    settled('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    settled('NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    content.length > 0
      ? { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${content.join(', ')}` }
      : settled('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    finalizers.length > 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        }
      : settled('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ];
}

function settled(type: string, reason: string, message: string): Condition {
  return { type, status: 'False', reason, message };
}
