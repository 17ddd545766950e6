import { atomOf, elementOf, fieldOf, itemsOf } from './field-type.ts';
import type { FieldType, ListType } from './field-type.ts';
import { isJson } from '../json.ts';
import type { Json } from '../json.ts';

const DELETE_FROM = '$deleteFromPrimitiveList/';

/** A strategic merge patch: like a merge patch, but lists that are sets or keyed are merged item by item. */
export function strategicMerge(current: Json, patch: Json, type: FieldType): Json {
  const next: Json = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM)) {
      const name = key.slice(DELETE_FROM.length);
      const gone: readonly unknown[] = Array.isArray(value) ? value : [];
      const left = Array.isArray(next[name]) ? next[name].filter((item) => !gone.includes(item)) : [];
      next[name] = left;
    } else if (key.startsWith('$')) {
      continue;
    } else if (value === null) {
      delete next[key];
    } else {
      next[key] = merged(next[key], value, type.kind === 'map' ? fieldOf(type, key) : { kind: 'deduced' });
    }
  }
  return next;
}

function merged(current: unknown, patch: unknown, type: FieldType): unknown {
  const atom = atomOf(type, patch);
  if (isJson(patch)) {
    if (patch['$patch'] === 'replace') return without(patch);
    return strategicMerge(isJson(current) ? current : {}, patch, atom);
  }
  if (Array.isArray(patch) && Array.isArray(current) && atom.kind === 'list' && atom.relation !== 'atomic') return mergedList(atom, current, patch);
  return patch;
}

function mergedList(type: ListType, current: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const items = itemsOf(type);
  const patches = new Map(patch.map((item) => [elementOf(type, item), item]));
  if (type.relation === 'set') return [...patch, ...current.filter((item) => !patches.has(elementOf(type, item)))];
  const known = new Set(current.map((item) => elementOf(type, item)));
  const kept = current.flatMap((item) => {
    const change = patches.get(elementOf(type, item));
    if (change === undefined) return [item];
    return isJson(change) && change['$patch'] === 'delete' ? [] : [merged(item, change, items)];
  });
  return [...kept, ...patch.filter((item) => !known.has(elementOf(type, item)) && !(isJson(item) && '$patch' in item))];
}

function without({ $patch: _directive, ...rest }: Json): Json {
  return rest;
}
