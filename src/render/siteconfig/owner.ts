import type { KubeObject } from '../../kube/objects.ts';

export const OWNED_BY = 'siteconfig.open-cluster-management.io/owned-by';

export interface Owner {
  readonly namespace: string;
  readonly name: string;
}

/** The owner's mark: namespaces have no underscore, so the first one separates. */
export function ownerMark({ namespace, name }: Owner): string {
  return `${namespace}_${name}`;
}

export function ownerOf(object: KubeObject): Owner | undefined {
  const [, namespace, name] = /^([^_]+)_(.+)$/.exec(object.metadata.labels?.[OWNED_BY] ?? '') ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
