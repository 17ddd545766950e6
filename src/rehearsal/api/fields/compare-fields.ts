import { isDeepStrictEqual } from 'node:util';
import { EMPTY, fieldSet, LEAF } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { atomOf, elementOf, fieldOf, itemsOf } from './field-type.ts';
import type { FieldType, ListType, MapType } from './field-type.ts';
import { isJson } from '../json.ts';
import type { Json } from '../json.ts';

/** Which paths differ between two values. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const SAME: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY };

/** Compares by declared parts; undefined means absent. The order of sets and keyed lists does not count. */
export function compareFields(before: unknown, after: unknown, type: FieldType): Comparison {
  if (before === after) return SAME;
  const atom = atomOf(type, after ?? before);
  if (isLeaf(atom, before, after)) return compareLeaf(before, after);
  const parts =
    atom.kind === 'map'
      ? mapParts(atom, isJson(before) ? before : {}, isJson(after) ? after : {})
      : listParts(atom as ListType, Array.isArray(before) ? before : [], Array.isArray(after) ? after : []);
  return {
    added: fieldSet(before === undefined, pick(parts, 'added')),
    modified: fieldSet(false, pick(parts, 'modified')),
    removed: fieldSet(after === undefined, pick(parts, 'removed')),
  };
}

type Parts = readonly (readonly [element: string, comparison: Comparison])[];

function pick(parts: Parts, which: keyof Comparison): (readonly [string, FieldSet])[] {
  return parts.map(([element, comparison]) => [element, comparison[which]] as const);
}

function isLeaf(atom: Exclude<FieldType, { kind: 'deduced' }>, before: unknown, after: unknown): boolean {
  if (atom.kind === 'scalar') return true;
  const isForm = atom.kind === 'map' ? isJson : Array.isArray;
  if ([before, after].some((value) => value !== undefined && value !== null && !isForm(value))) return true;
  if (atom.kind === 'map' ? atom.atomic : atom.relation === 'atomic') return true;
  return isNothing(before) && isNothing(after);
}

/** Empty and absent containers are told apart as leaves are. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function compareLeaf(before: unknown, after: unknown): Comparison {
  if (before === undefined) return { ...SAME, added: LEAF };
  if (after === undefined) return { ...SAME, removed: LEAF };
  return isDeepStrictEqual(before, after) ? SAME : { ...SAME, modified: LEAF };
}

function mapParts(type: MapType, before: Json, after: Json): Parts {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].map((key) => [`f:${key}`, compareFields(before[key], after[key], fieldOf(type, key))] as const);
}

function listParts(type: ListType, before: readonly unknown[], after: readonly unknown[]): Parts {
  const [old, next] = [byElement(type, before), byElement(type, after)];
  const items = itemsOf(type);
  return [...new Set([...old.keys(), ...next.keys()])].map((element) => {
    const [a, b] = [old.get(element) ?? [], next.get(element) ?? []];
    // Duplicates are one piece: nobody can own one of them.
    const comparison = a.length > 1 || b.length > 1 ? compareLeaf(a.length === 0 ? undefined : a, b.length === 0 ? undefined : b) : undefined;
    return [element, comparison ?? compareFields(a[0], b[0], items)] as const;
  });
}

function byElement(type: ListType, values: readonly unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const value of values) {
    const element = elementOf(type, value) ?? 'k:{}';
    const same = found.get(element);
    if (same === undefined) found.set(element, [value]);
    else same.push(value);
  }
  return found;
}

/** The paths an applied object claims. */
export function fieldsOf(value: unknown, type: FieldType): FieldSet {
  const atom = atomOf(type, value);
  if (atom.kind === 'map') {
    if (atom.atomic || !isJson(value)) return LEAF;
    return fieldSet(
      false,
      Object.entries(value).map(([key, one]) => [`f:${key}`, claimed(atom, key, one)] as const),
    );
  }
  if (atom.kind === 'scalar' || atom.relation === 'atomic' || !Array.isArray(value)) return LEAF;
  const items = itemsOf(atom);
  return fieldSet(
    false,
    value.map((item) => [elementOf(atom, item) ?? 'k:{}', fieldSet(true, fieldsOf(item, items).children)] as const),
  );
}

/** A map's own entry is claimed with what is in it; a declared member only by what is in it. */
function claimed(type: MapType, key: string, value: unknown): FieldSet {
  const below = fieldsOf(value, fieldOf(type, key));
  const empty = value === null || (isJson(value) && Object.keys(value).length === 0);
  return empty || !isJson(type.properties[key]) ? fieldSet(true, below.children) : below;
}
