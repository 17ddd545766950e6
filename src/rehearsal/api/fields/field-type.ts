import { isJson, list, member } from '../json.ts';
import type { Json } from '../json.ts';

/** How server-side apply sees a value: as one piece, or as parts that different managers may own. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: 'numeric' | 'string' | 'boolean' | 'untyped' }
  | MapType
  | ListType
  /** Nothing is declared: maps are split by key, lists are one piece. */
  | { readonly kind: 'deduced' };

export interface MapType {
  readonly kind: 'map';
  readonly atomic: boolean;
  /** Declared members; a key that is not here is an entry of the map itself. */
  readonly properties: Json;
  /** Type of entries that are not declared; undefined when there may be none. */
  readonly element: FieldType | undefined;
}

export interface ListType {
  readonly kind: 'list';
  readonly relation: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
  readonly items: Json;
}

const DEDUCED: FieldType = { kind: 'deduced' };
const DEDUCED_MAP: MapType = { kind: 'map', atomic: false, properties: {}, element: DEDUCED };
const DEDUCED_LIST: ListType = { kind: 'list', relation: 'atomic', keys: [], items: {} };
const UNTYPED = { kind: 'scalar', scalar: 'untyped' } as const satisfies FieldType;

const STRING = { type: 'string' };
const STRING_MAP = { type: 'object', additionalProperties: STRING };

/** ObjectMeta as its merge keys are declared in Kubernetes' own API. */
export const METADATA: Json = {
  type: 'object',
  properties: {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    uid: STRING,
    resourceVersion: STRING,
    selfLink: STRING,
    creationTimestamp: STRING,
    deletionTimestamp: STRING,
    generation: { type: 'integer' },
    deletionGracePeriodSeconds: { type: 'integer' },
    labels: STRING_MAP,
    annotations: STRING_MAP,
    finalizers: { type: 'array', 'x-kubernetes-list-type': 'set', items: STRING },
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      items: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: {
          apiVersion: STRING,
          kind: STRING,
          name: STRING,
          uid: STRING,
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
    managedFields: { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  },
};

/** Types by schema: schemas are never changed, and reading a large one for every write is what writes would cost. */
const types = new WeakMap<Json, FieldType>();
const objectTypes = new WeakMap<Json, MapType>();

/** A whole object of a kind. */
export function objectType(schema: Json): MapType {
  const known = objectTypes.get(schema) ?? readObjectType(schema);
  objectTypes.set(schema, known);
  return known;
}

function readObjectType(own: Json): MapType {
  const properties = { ...member(own, 'properties'), apiVersion: STRING, kind: STRING, metadata: METADATA };
  return { kind: 'map', atomic: false, properties, element: own['x-kubernetes-preserve-unknown-fields'] === true ? DEDUCED : undefined };
}

/** The type a structural schema declares. */
export function typeOf(schema: Json): FieldType {
  const known = types.get(schema) ?? readType(schema);
  types.set(schema, known);
  return known;
}

function readType(schema: Json): FieldType {
  if (schema['x-kubernetes-int-or-string'] === true) return UNTYPED;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  switch (schema['type']) {
    case 'string':
      return { kind: 'scalar', scalar: 'string' };
    case 'boolean':
      return { kind: 'scalar', scalar: 'boolean' };
    case 'integer':
    case 'number':
      return { kind: 'scalar', scalar: 'numeric' };
    case 'array':
      return listType(schema);
    case 'object':
      return mapType(schema, open);
    default:
      return DEDUCED;
  }
}

function listType(schema: Json): ListType {
  const declared = schema['x-kubernetes-list-type'];
  const relation = declared === 'set' || declared === 'map' ? declared : 'atomic';
  const keys = list(schema, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
  return { kind: 'list', relation, keys, items: member(schema, 'items') };
}

function mapType(schema: Json, open: boolean): MapType {
  const extra = schema['additionalProperties'];
  const embedded = schema['x-kubernetes-embedded-resource'] === true ? { apiVersion: STRING, kind: STRING, metadata: METADATA } : {};
  const element = isJson(extra) ? typeOf(extra) : open || extra === true ? DEDUCED : undefined;
  return { kind: 'map', atomic: schema['x-kubernetes-map-type'] === 'atomic', properties: { ...embedded, ...member(schema, 'properties') }, element };
}

/** The type that fits a value: what is deduced takes the value's own form. */
export function atomOf(type: FieldType, value: unknown): Exclude<FieldType, { kind: 'deduced' }> {
  if (type.kind !== 'deduced') return type;
  if (Array.isArray(value)) return DEDUCED_LIST;
  return isJson(value) ? DEDUCED_MAP : UNTYPED;
}

/** Type of one member or entry. */
export function fieldOf(type: MapType, key: string): FieldType {
  const own = type.properties[key];
  return isJson(own) ? typeOf(own) : (type.element ?? DEDUCED);
}

export function itemsOf(type: ListType): FieldType {
  return typeOf(type.items);
}

/** The path element of one item of a list that is a set or a map; undefined when all its keys are missing. */
export function elementOf(type: ListType, item: unknown): string | undefined {
  if (type.relation === 'set') return `v:${JSON.stringify(item)}`;
  if (!isJson(item)) return undefined;
  const defaults = member(type.items, 'properties');
  const key: Json = {};
  for (const name of type.keys.toSorted()) {
    const value = item[name] ?? member(defaults, name)['default'];
    if (value !== undefined) key[name] = value;
  }
  return Object.keys(key).length === 0 ? undefined : `k:${JSON.stringify(key)}`;
}
