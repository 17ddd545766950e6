import { isJson, member, text } from './json.ts';
import type { Json } from './json.ts';
import type { Resource } from './resource.ts';
import { invalid } from './status-error.ts';
import type { Cause } from './status-error.ts';
import { builtInCauses } from './validate-built-in.ts';
import { metadataCauses } from './validate-metadata.ts';
import { nameCauses } from './validate-name.ts';
import { schemaCauses } from './validate-schema.ts';

export interface Validated {
  readonly resource: Resource;
  readonly subresource: string;
  readonly object: Json;
  /** What it replaces; undefined for a new object. */
  readonly old: Json | undefined;
}

/** Causes after which rules that look at several fields are not run at all. */
const BLOCKING = ['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid'];
const NOT_RUN: Cause = {
  reason: 'FieldValueInvalid',
  message: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

/** @throws StatusError 422 when the object is not valid for its kind, or not a valid successor of the old one. */
export function validate({ resource, object, old }: Validated): void {
  const metadata = member(object, 'metadata');
  const name = text(metadata, 'name');
  const own = metadataCauses(metadata, old === undefined ? undefined : member(old, 'metadata'));
  // Metadata of a change is checked twice, by the store and by the kind, and the real server says so twice.
  const causes = old === undefined ? [...nameCauses(resource, name), ...own] : [...own, ...own];
  if (resource.custom) causes.push(...customCauses(resource, object));
  else causes.push(...builtInCauses(resource, object, old));
  if (resource.custom && hasRules(resource.schema) && causes.some(({ reason }) => BLOCKING.includes(reason))) causes.push(NOT_RUN);
  if (causes.length > 0) throw invalid(resource, name, causes);
}

function customCauses(resource: Resource, object: Json): Cause[] {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = object;
  const { properties, required, ...others } = resource.schema;
  const inBody = (name: unknown): boolean => typeof name !== 'string' || !['apiVersion', 'kind', 'metadata'].includes(name);
  return schemaCauses(rest, { ...others, properties, required: Array.isArray(required) ? required.filter(inBody) : [] }, '');
}

const ruled = new WeakMap<Json, boolean>();

/** Whether a schema has x-kubernetes-validations anywhere. They are not run here (see docs/differences.md). */
function hasRules(schema: Json): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const found =
    schema['x-kubernetes-validations'] !== undefined ||
    [...Object.values(member(schema, 'properties')), schema['items'], schema['additionalProperties']].filter(isJson).some(hasRules);
  ruled.set(schema, found);
  return found;
}
