import { member, text } from './json.ts';
import type { Json } from './json.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly resource: string;
  readonly object: Json;
  /** What it was before, for selectors that it has left. */
  readonly before: Json | undefined;
}

/** Objects in memory, one version counter for all, and the changes since the start. */
export interface Store {
  version(): number;
  get(resource: string, namespace: string, name: string): Json | undefined;
  /** In key order. */
  all(resource: string, namespace: string): Json[];
  /** Stores it under a new resourceVersion. @returns what was stored. */
  put(resource: string, object: Json): Json;
  /** Removes it under a new resourceVersion, if it is there. */
  remove(resource: string, object: Json): void;
  since(resource: string, version: number): readonly Change[];
  /** @returns what to call to hear no more. */
  listen(hear: (change: Change) => void): () => void;
}

const FIRST_VERSION = 100;

export function createStore(): Store {
  const objects = new Map<string, Map<string, Json>>();
  const history: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let version = FIRST_VERSION;
  const kept = (resource: string): Map<string, Json> => {
    const found = objects.get(resource) ?? new Map<string, Json>();
    objects.set(resource, found);
    return found;
  };
  const record = (change: Change): void => {
    history.push(change);
    for (const hear of listeners) hear(change);
  };
  const stamp = (object: Json): Json => {
    version += 1;
    return { ...object, metadata: { ...member(object, 'metadata'), resourceVersion: String(version) } };
  };
  return {
    version: () => version,
    get: (resource, namespace, name) => kept(resource).get(`${namespace}/${name}`),
    all: (resource, namespace) =>
      [...kept(resource)]
        .filter(([key]) => namespace === '' || key.startsWith(`${namespace}/`))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object),
    put(resource, object) {
      const key = keyOf(object);
      const before = kept(resource).get(key);
      const stored = stamp(object);
      kept(resource).set(key, stored);
      record({ type: before === undefined ? 'ADDED' : 'MODIFIED', version, resource, object: stored, before });
      return stored;
    },
    remove(resource, object) {
      const before = kept(resource).get(keyOf(object));
      if (before === undefined) return;
      kept(resource).delete(keyOf(object));
      record({ type: 'DELETED', object: stamp(before), version, resource, before });
    },
    since: (resource, from) => history.filter((change) => change.resource === resource && change.version > from),
    listen(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
  };
}

function keyOf(object: Json): string {
  const metadata = member(object, 'metadata');
  return `${text(metadata, 'namespace')}/${text(metadata, 'name')}`;
}
