import { isJson } from '../json.ts';
import type { Json } from '../json.ts';

/**
 * A set of paths into an object, as server-side apply keeps them: a trie whose edges are FieldsV1 path elements
 * (`f:name`, `k:{"name":"h1"}`, `v:"t1"`). A node is a member when its own path is in the set.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

const NO_CHILDREN: ReadonlyMap<string, FieldSet> = new Map();
export const EMPTY: FieldSet = { member: false, children: NO_CHILDREN };
export const LEAF: FieldSet = { member: true, children: NO_CHILDREN };

/** A node without its empty children. */
export function fieldSet(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = new Map<string, FieldSet>();
  for (const [element, child] of children) if (!isEmptySet(child)) kept.set(element, child);
  if (kept.size === 0) return member ? LEAF : EMPTY;
  return { member, children: kept };
}

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const children = new Map(a.children);
  for (const [element, child] of b.children) children.set(element, union(children.get(element) ?? EMPTY, child));
  return fieldSet(a.member || b.member, children);
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a;
  const children = [...a.children].map(([element, child]) => [element, difference(child, b.children.get(element) ?? EMPTY)] as const);
  return fieldSet(a.member && !b.member, children);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return EMPTY;
  const children = [...a.children].map(([element, child]) => [element, intersection(child, b.children.get(element) ?? EMPTY)] as const);
  return fieldSet(a.member && b.member, children);
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  return [...a.children].every(([element, child]) => {
    const other = b.children.get(element);
    return other !== undefined && sameSet(child, other);
  });
}

/** Members as `.spec.hosts[name="h1"].role`; at each level the members first, then what lies below. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const sorted = [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const here = sorted.filter(([, child]) => child.member).map(([element]) => prefix + shownElement(element));
  return [...here, ...sorted.flatMap(([element, child]) => pathsOf(child, prefix + shownElement(element)))];
}

/** One path element as people read it: `.name`, `[="t1"]`, `[name="h1"]`. */
export function shownElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  if (!element.startsWith('k:')) return `[${rest}]`;
  return `[${Object.entries(JSON.parse(rest) as Json)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

export function toFieldsV1(set: FieldSet): Json {
  const fields: Json = set.member && set.children.size > 0 ? { '.': {} } : {};
  for (const [element, child] of [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1))) fields[element] = toFieldsV1(child);
  return fields;
}

/** @param fields one entry's fieldsV1; what cannot be understood is left out. */
export function fromFieldsV1(fields: Json): FieldSet {
  const children = Object.entries(fields)
    .filter(([element]) => element !== '.')
    .map(([element, child]) => {
      const below = isJson(child) ? fromFieldsV1(child) : EMPTY;
      const member = isJson(child) && (Object.keys(child).length === 0 || '.' in child);
      return [element, fieldSet(member, below.children)] as const;
    });
  return fieldSet(false, children);
}
