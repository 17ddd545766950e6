import { hasRules, ruleCauses } from '../cel/rule-causes.ts';
import { member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';
import { invalid } from '../status-error.ts';
import type { Cause } from '../status-error.ts';
import { builtInCauses } from './validate-built-in.ts';
import { metadataCauses } from './validate-metadata.ts';
import { nameCauses } from './validate-name.ts';
import { schemaCauses } from '../schema/validate-schema.ts';

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
  if (resource.custom) causes.push(...customCauses(resource, object, old));
  else causes.push(...builtInCauses(resource, object, old));
  if (resource.custom && hasRules(resource.schema)) {
    if (causes.some(({ reason }) => BLOCKING.includes(reason))) causes.push(NOT_RUN);
    else causes.push(...ruleCauses(named(object), old === undefined ? undefined : named(old), resource.schema, ''));
  }
  if (causes.length > 0) throw invalid(resource, name, causes);
}

function customCauses(resource: Resource, object: Json, old: Json | undefined): Cause[] {
  const { properties, required, ...others } = resource.schema;
  const inBody = (name: unknown): boolean => typeof name !== 'string' || !['apiVersion', 'kind', 'metadata'].includes(name);
  const schema = { ...others, properties, required: Array.isArray(required) ? required.filter(inBody) : [] };
  return schemaCauses(bodyOf(object), schema, '', old === undefined ? undefined : bodyOf(old));
}

function bodyOf({ apiVersion: _version, kind: _kind, metadata: _metadata, ...rest }: Json): Json {
  return rest;
}

/** What rules see of an object: of its metadata only the name. */
function named(object: Json): Json {
  const { name, generateName } = member(object, 'metadata');
  return { ...object, metadata: { name, ...(generateName === undefined ? {} : { generateName }) } };
}
