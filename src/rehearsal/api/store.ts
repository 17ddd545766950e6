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

/**
 * Objects in memory, one version counter for all, and the changes of the last while.
 *
 * Whatever is in here is never changed, only replaced: who holds an object may keep it.
 */
export interface Store {
  version(): number;
  get(resource: string, namespace: string, name: string): Json | undefined;
  /** In key order; an empty namespace means all. */
  all(resource: string, namespace: string): readonly Json[];
  /** The same, as it was at an earlier version; undefined when that is forgotten. */
  allAt(resource: string, namespace: string, version: number): readonly Json[] | undefined;
  /** Stores it under a new resourceVersion. @returns what was stored. */
  put(resource: string, object: Json): Json;
  /** Removes it under a new resourceVersion, if it is there. */
  remove(resource: string, object: Json): void;
  /** Replaces objects without a new version or a change: how they are read is new, not what they are. */
  rewrite(resource: string, make: (object: Json) => Json): void;
  /** Changes after a version; undefined when some of them are forgotten. */
  since(resource: string, version: number): readonly Change[] | undefined;
  /** The oldest version that is still remembered. */
  oldest(): number;
  /** @returns what to call to hear no more. */
  listen(hear: (change: Change) => void): () => void;
}

/** A new server's versions are above this one; all up to it count as forgotten. */
const FIRST_VERSION = 100;

/** `historyMs`, in real time: how long changes are kept. */
export function createStore(historyMs = 300_000, realNow: () => number = () => performance.now()): Store {
  const objects = new Map<string, Map<string, Json>>();
  const sorted = new Map<string, readonly [key: string, object: Json][]>();
  const listeners = new Set<(change: Change) => void>();
  let history: { readonly change: Change; readonly atMs: number }[] = [];
  let version = FIRST_VERSION;
  let oldest = FIRST_VERSION + 1;

  const kept = (resource: string): Map<string, Json> => {
    const found = objects.get(resource) ?? new Map<string, Json>();
    objects.set(resource, found);
    return found;
  };
  const inOrder = (resource: string): readonly [string, Json][] => {
    const known = sorted.get(resource) ?? byKey(kept(resource));
    sorted.set(resource, known);
    return known;
  };
  const forget = (): void => {
    const limit = realNow() - historyMs;
    const first = history.findIndex(({ atMs }) => atMs >= limit);
    const gone = first === -1 ? history.length : first;
    if (gone === 0) return;
    oldest = (history[gone - 1]?.change.version ?? oldest) + 1;
    history = history.slice(gone);
  };
  const record = (change: Change): void => {
    history.push({ change, atMs: realNow() });
    sorted.delete(change.resource);
    for (const hear of listeners) hear(change);
  };
  const stamp = (object: Json): Json => {
    version += 1;
    return { ...object, metadata: { ...member(object, 'metadata'), resourceVersion: String(version) } };
  };
  const since = (resource: string, from: number): readonly Change[] | undefined => {
    forget();
    // From the last version of a quiet server there is nothing to have been forgotten.
    if (from + 1 < oldest && from < version) return undefined;
    if (from <= FIRST_VERSION) return undefined;
    // From the end: a watch begins where a list just ended.
    const later = history.slice(history.findLastIndex(({ change }) => change.version <= from) + 1);
    return later.filter(({ change }) => change.resource === resource).map(({ change }) => change);
  };

  return {
    version: () => version,
    oldest() {
      forget();
      return oldest;
    },
    get: (resource, namespace, name) => objects.get(resource)?.get(`${namespace}/${name}`),
    all: (resource, namespace) => within(inOrder(resource), namespace),
    allAt(resource, namespace, at) {
      const later = since(resource, at);
      if (later === undefined) return undefined;
      const then = new Map(kept(resource));
      for (const { object, before } of later.toReversed()) {
        if (before === undefined) then.delete(keyOf(object));
        else then.set(keyOf(object), before);
      }
      return within(byKey(then), namespace);
    },
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
    rewrite(resource, make) {
      const all = kept(resource);
      for (const [key, object] of all) all.set(key, make(object));
      sorted.delete(resource);
    },
    since,
    listen(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
  };
}

function byKey(objects: ReadonlyMap<string, Json>): [string, Json][] {
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function within(entries: readonly [string, Json][], namespace: string): readonly Json[] {
  const inside = namespace === '' ? entries : entries.filter(([key]) => key.startsWith(`${namespace}/`));
  return inside.map(([, object]) => object);
}

function keyOf(object: Json): string {
  const metadata = member(object, 'metadata');
  return `${text(metadata, 'namespace')}/${text(metadata, 'name')}`;
}
