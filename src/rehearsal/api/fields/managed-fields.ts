import { difference, EMPTY, fromFieldsV1, isEmptySet, toFieldsV1 } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';

/** Who owns which fields: one entry of metadata.managedFields. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Entries by identity: an Update entry is one per manager, version and subresource, an Apply entry whatever the version. */
export type Managers = ReadonlyMap<string, ManagedEntry>;

export function identity({ manager, operation, apiVersion, subresource }: Omit<ManagedEntry, 'fields' | 'time'>): string {
  return JSON.stringify({
    manager,
    operation,
    ...(operation === 'Update' ? { apiVersion } : {}),
    ...(subresource === '' ? {} : { subresource }),
  });
}

/** The entries an object carries. */
export function managersOf(object: Json): Managers {
  const entries = list(member(object, 'metadata'), 'managedFields')
    .filter(isJson)
    .filter((one) => one['operation'] === 'Apply' || one['operation'] === 'Update')
    .map((one): ManagedEntry => ({
      manager: text(one, 'manager'),
      operation: one['operation'] === 'Apply' ? 'Apply' : 'Update',
      apiVersion: text(one, 'apiVersion'),
      subresource: text(one, 'subresource'),
      time: text(one, 'time'),
      fields: fromFieldsV1(member(one, 'fieldsV1')),
    }));
  return new Map(entries.map((entry) => [identity(entry), entry]));
}

/** metadata.managedFields: Apply entries first, then by age and name. */
export function encodeManagers(managers: Managers): Json[] {
  const order = (entry: ManagedEntry): string => [entry.operation, entry.time, entry.manager, entry.apiVersion, entry.subresource].join('\0');
  return [...managers.values()]
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === '' ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

export function withoutManagers(object: Json): Json {
  const { managedFields: _managed, ...metadata } = member(object, 'metadata');
  return { ...object, metadata };
}

export function withManagers(object: Json, managers: Managers): Json {
  const { managedFields: _managed, ...metadata } = member(object, 'metadata');
  return { ...object, metadata: managers.size === 0 ? metadata : { ...metadata, managedFields: encodeManagers(managers) } };
}

/** What the server keeps for itself belongs to nobody. */
const UNOWNED = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': Object.fromEntries(
    ['.', 'f:name', 'f:namespace', 'f:creationTimestamp', 'f:selfLink', 'f:uid', 'f:clusterName', 'f:generation', 'f:managedFields', 'f:resourceVersion'].map(
      (one) => [one, {}],
    ),
  ),
});

/** The part of a set that a manager can own through a resource or its subresource. */
export function ownable(set: FieldSet, { subresource, hasStatus }: { readonly subresource: string; readonly hasStatus: boolean }): FieldSet {
  const own = difference(set, UNOWNED);
  const status = own.children.get('f:status') ?? EMPTY;
  if (subresource === 'status') return isEmptySet(status) ? EMPTY : { member: false, children: new Map([['f:status', status]]) };
  if (!hasStatus || isEmptySet(status)) return own;
  const children = new Map(own.children);
  children.delete('f:status');
  return children.size === 0 ? EMPTY : { member: false, children };
}
