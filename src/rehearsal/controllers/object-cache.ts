import type { KindRef, KubeObject, ObjectRef } from '../../kube/objects.ts';

/** What the watches have brought so far. May be behind the server by writes that are still under way: decide on `kube.get` where that matters. */
export interface ObjectCache {
  get(ref: ObjectRef): KubeObject | undefined;
  /** In order of name; with `namespace` only that one's. */
  list(kind: KindRef): readonly KubeObject[];
}

/** A cache with the way to fill it. Kinds are told apart by group and kind, whatever the version. */
export interface FilledCache extends ObjectCache {
  put(object: KubeObject): void;
  remove(object: KubeObject): void;
}

export function createObjectCache(): FilledCache {
  const kinds = new Map<string, Map<string, KubeObject>>();
  const of = (ref: KindRef): Map<string, KubeObject> => {
    const id = kindId(ref);
    const found = kinds.get(id) ?? new Map<string, KubeObject>();
    kinds.set(id, found);
    return found;
  };
  const idOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;
  return {
    get: (ref) => of(ref).get(idOf(ref.namespace, ref.name)),
    list: (kind) =>
      [...of(kind).entries()]
        .filter(([, object]) => kind.namespace === undefined || object.metadata.namespace === kind.namespace)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object),
    put: (object) => void of(object).set(idOf(object.metadata.namespace, object.metadata.name), object),
    remove: (object) => void of(object).delete(idOf(object.metadata.namespace, object.metadata.name)),
  };
}

/** `Kind.group`: what a kind is called in watches. */
export function kindId({ apiVersion, kind }: KindRef): string {
  return `${kind}.${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}`;
}
