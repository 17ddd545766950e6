import { EMPTY, fieldSet, isEmptySet } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { atomOf, elementOf, fieldOf, itemsOf } from './field-type.ts';
import type { FieldType, ListType } from './field-type.ts';
import { isJson } from '../json.ts';
import type { Json } from '../json.ts';

/** `live` with everything that `applied` says; undefined means absent. */
export function mergeFields(live: unknown, applied: unknown, type: FieldType): unknown {
  if (applied === undefined) return live;
  if (live === undefined || live === null) return applied;
  const atom = atomOf(type, applied);
  if (atom.kind === 'map' && !atom.atomic && isJson(live) && isJson(applied)) {
    const merged: Json = { ...live };
    for (const [key, value] of Object.entries(applied)) merged[key] = mergeFields(live[key], value, fieldOf(atom, key));
    return merged;
  }
  if (atom.kind === 'list' && atom.relation !== 'atomic' && Array.isArray(live) && Array.isArray(applied)) return mergeList(atom, live, applied);
  return applied;
}

/**
 * Items of both lists: the applied ones in their order, items only in `live` where they stood relative to the items
 * both have (structured-merge-diff, merge.go).
 */
function mergeList(type: ListType, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const items = itemsOf(type);
  const left = live.map((item) => [elementOf(type, item) ?? '', item] as const);
  const right = applied.map((item) => [elementOf(type, item) ?? '', item] as const);
  const ofLeft = new Map(left);
  const ofRight = new Map(right);
  const shared = right.map(([element]) => element).filter((element) => ofLeft.has(element));
  const merged: unknown[] = [];
  const taken = new Set<string>();
  let next = shared.shift();
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [leftElement, leftItem] = left[l] ?? [undefined, undefined];
    const [rightElement, rightItem] = right[r] ?? [undefined, undefined];
    if (leftElement !== undefined && !ofRight.has(leftElement)) {
      // Ours alone.
      merged.push(leftItem);
      l++;
    } else if (leftElement !== undefined && rightElement !== undefined && leftElement !== rightElement && next !== undefined && next !== leftElement) {
      // Shared, and its turn comes (or came) elsewhere.
      l++;
    } else if (rightElement !== undefined) {
      if (!taken.has(rightElement)) merged.push(mergeFields(ofLeft.get(rightElement), rightItem, items));
      taken.add(rightElement);
      if (leftElement === rightElement) l++;
      if (next === rightElement) next = shared.shift();
      r++;
    } else {
      l++;
    }
  }
  return merged;
}

/** The value without the paths in `set`; a container that becomes empty goes with them, as undefined. */
export function removeFields(value: unknown, set: FieldSet, type: FieldType): unknown {
  if (isEmptySet(set)) return value;
  const atom = atomOf(type, value);
  if (atom.kind === 'map' && !atom.atomic && isJson(value)) {
    const kept: Json = {};
    for (const [key, one] of Object.entries(value)) {
      const below = set.children.get(`f:${key}`) ?? EMPTY;
      const left = below.member ? undefined : removeFields(one, below, fieldOf(atom, key));
      if (left !== undefined) kept[key] = left;
    }
    return Object.keys(kept).length === 0 ? undefined : kept;
  }
  if (atom.kind !== 'list' || atom.relation === 'atomic' || !Array.isArray(value)) return value;
  const items = itemsOf(atom);
  const kept = value.flatMap((item) => {
    const below = set.children.get(elementOf(atom, item) ?? '') ?? EMPTY;
    const left = below.member ? undefined : removeFields(item, below, items);
    return left === undefined ? [] : [left];
  });
  return kept.length === 0 ? undefined : kept;
}

/** The set with declared members that only have parts in it made members themselves: removing all parts removes them. */
export function withDeclared(set: FieldSet, type: FieldType): FieldSet {
  const children = [...set.children].map(([element, child]) => {
    const name = element.slice(2);
    if (!element.startsWith('f:')) return [element, withDeclared(child, type.kind === 'list' ? itemsOf(type) : type)] as const;
    const inner: FieldType = type.kind === 'map' ? fieldOf(type, name) : { kind: 'deduced' };
    const below = withDeclared(child, inner);
    const declared = type.kind === 'map' && isJson(type.properties[name]);
    return [element, declared ? fieldSet(true, below.children) : below] as const;
  });
  return fieldSet(set.member, children);
}
