import { BUILT_INS, DEFINITION } from './built-ins.ts';
import { member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { resourcesOf, storageKey } from './resource.ts';
import type { Resource } from './resource.ts';
import type { Store } from '../store.ts';

/** What is served now: the built-in kinds and those of all definitions, looked up by path. */
export interface Registry {
  find(group: string, version: string, plural: string): Resource | undefined;
  /** Built-in kinds first, then by the name of their definition. */
  all(): readonly Resource[];
}

/** Follows the definitions in the store, so that no request has to read them. */
export function createRegistry(store: Store): Registry {
  const key = storageKey(DEFINITION);
  const definitions = new Map<string, readonly Resource[]>();
  let byPath: ReadonlyMap<string, Resource> | undefined;
  let everything: readonly Resource[] | undefined;

  const take = (definition: Json): void => {
    definitions.set(text(member(definition, 'metadata'), 'name'), resourcesOf(definition));
    byPath = everything = undefined;
  };
  for (const definition of store.all(key, '')) take(definition);
  store.listen((change) => {
    if (change.resource !== key) return;
    if (change.type !== 'DELETED') return take(change.object);
    definitions.delete(text(member(change.object, 'metadata'), 'name'));
    byPath = everything = undefined;
  });
  const all = (): readonly Resource[] => {
    everything ??= [...BUILT_INS, ...[...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, resources]) => resources)];
    return everything;
  };
  return {
    all,
    find(group, version, plural) {
      byPath ??= new Map(all().map((one) => [`${one.group}/${one.version}/${one.plural}`, one]));
      return byPath.get(`${group}/${version}/${plural}`);
    },
  };
}
