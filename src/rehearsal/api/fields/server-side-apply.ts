import { isDeepStrictEqual } from 'node:util';
import { compareFields, fieldsOf } from './compare-fields.ts';
import type { Comparison } from './compare-fields.ts';
import { difference, EMPTY, intersection, isEmptySet, pathsOf, sameSet, union } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import type { MapType } from './field-type.ts';
import { isJson } from '../json.ts';
import type { Json } from '../json.ts';
import { identity, managersOf, ownable, withManagers, withoutManagers } from './managed-fields.ts';
import type { ManagedEntry, Managers } from './managed-fields.ts';
import { mergeFields, removeFields, withDeclared } from './merge-fields.ts';
import { StatusError } from '../status-error.ts';

/** One write as field ownership sees it. */
export interface ManagedWrite {
  readonly type: MapType;
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly hasStatus: boolean;
  /** RFC 3339, whole seconds. */
  readonly time: string;
}

/** `next` with managedFields after a plain write (create, update, patch): what it changed now belongs to its manager. */
export function ownUpdate(live: Json, next: Json, given: Managers, write: ManagedWrite): Json {
  const id = identity({ ...write, operation: 'Update' });
  const [before, after] = [withoutManagers(live), withoutManagers(next)];
  const compared = compareFields(before, after, write.type);
  const changed = ownable(union(compared.added, compared.modified), write);
  const managers = new Map(releasing(given, id, compared, write));
  const own = difference(managers.get(id)?.fields ?? EMPTY, compared.removed);
  const fields = union(own, changed);
  const time = isEmptySet(changed) ? (managers.get(id)?.time ?? write.time) : write.time;
  if (isEmptySet(fields)) managers.delete(id);
  else managers.set(id, { ...write, operation: 'Update', time, fields });
  return withManagers(after, managers);
}

/**
 * `live` after a server-side apply, with its managedFields.
 *
 * What the manager applied before and leaves out now is removed unless somebody else owns it.
 *
 * @throws StatusError 409 naming the managers whose fields would change, unless `force`.
 */
export function apply(live: Json, applied: Json, force: boolean, write: ManagedWrite): Json {
  const id = identity({ ...write, operation: 'Apply' });
  const before = withoutManagers(live);
  const managers = new Map(managersOf(live));
  const last = managers.get(id);
  const claimed = fieldsOf(applied, write.type);
  const fields = ownable(claimed, write);
  const merged = mergeFields(before, applied, write.type) as Json;
  const pruned = prune(merged, write.type, last?.fields ?? EMPTY, [claimed, ...others(managers, id)]);
  const compared = compareFields(before, pruned, write.type);
  const claims = conflicts(managers, id, compared, write);
  if (!force && claims.length > 0) throw conflictError(claims);
  const left = new Map(releasing(managers, id, compared, write));
  const same = isDeepStrictEqual(before, pruned) && last !== undefined && sameSet(last.fields, fields);
  const time = same ? last.time : write.time;
  if (isEmptySet(fields)) left.delete(id);
  else left.set(id, { ...write, operation: 'Apply', time, fields });
  return withManagers(pruned, left);
}

function others(managers: Managers, id: string): FieldSet[] {
  return [...managers].filter(([other]) => other !== id).map(([, entry]) => entry.fields);
}

function prune(merged: Json, type: MapType, last: FieldSet, owned: readonly FieldSet[]): Json {
  if (isEmptySet(last)) return merged;
  const lastDeclared = withDeclared(last, type);
  const all = withDeclared(fieldsOf(merged, type), type);
  const without = (set: FieldSet): Json => {
    const left = removeFields(merged, set, type);
    return isJson(left) ? left : {};
  };
  const kept = withDeclared(fieldsOf(without(lastDeclared), type), type);
  let ownedByAny = EMPTY;
  for (const set of owned) ownedByAny = union(ownedByAny, set);
  const gone = difference(difference(all, kept), withDeclared(ownedByAny, type));
  // What falls away with a removed container, but was never ours, stays.
  const left = withDeclared(fieldsOf(without(gone), type), type);
  return without(intersection(difference(all, left), lastDeclared));
}

interface Claim {
  readonly entry: ManagedEntry;
  readonly id: string;
  readonly fields: FieldSet;
}

function conflicts(managers: Managers, id: string, compared: Comparison, write: ManagedWrite): readonly Claim[] {
  const changed = ownable(union(compared.added, compared.modified), write);
  return [...managers]
    .filter(([other]) => other !== id)
    .map(([other, entry]) => ({ entry, id: other, fields: intersection(entry.fields, changed) }))
    .filter(({ fields }) => !isEmptySet(fields));
}

/** Everybody else loses what was changed or removed. */
function releasing(managers: Managers, id: string, compared: Comparison, write: ManagedWrite): [string, ManagedEntry][] {
  const lost = ownable(union(union(compared.added, compared.modified), compared.removed), write);
  return [...managers].flatMap(([other, entry]) => {
    if (other === id) return [[other, entry] as [string, ManagedEntry]];
    const fields = difference(entry.fields, lost);
    return isEmptySet(fields) ? [] : [[other, { ...entry, fields }] as [string, ManagedEntry]];
  });
}

function conflictError(claims: readonly Claim[]): StatusError {
  const sorted = claims.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const causes = sorted.flatMap(({ entry, fields }) =>
    pathsOf(fields).map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${shownManager(entry)}`, field })),
  );
  const [only] = causes;
  const lines = sorted.flatMap(({ entry, fields }) => [`conflicts with ${shownManager(entry)}:`, ...pathsOf(fields).map((path) => `- ${path}`)]);
  const what = causes.length === 1 && only !== undefined ? `1 conflict: ${only.message}: ${only.field}` : `${causes.length} conflicts: ${lines.join('\n')}`;
  return new StatusError(409, 'Conflict', `Apply failed with ${what}`, { causes });
}

function shownManager({ manager, operation, apiVersion, subresource }: ManagedEntry): string {
  const where = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(manager)}${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
