import { isDeepStrictEqual } from 'node:util';
import { correlated } from '../fields/correlate.ts';
import { goRegExp } from './go-regexp.ts';
import { isJson, list, member } from '../json.ts';
import type { Json } from '../json.ts';
import { formatIsWrong } from './schema-formats.ts';
import type { Cause } from '../status-error.ts';

/**
 * Everything about a value that its structural schema forbids, in the words of kube-openapi's validation.
 *
 * @param old what the value replaces: a part that has not changed is not judged again (a definition may have become
 * stricter since).
 */
export function schemaCauses(value: unknown, schema: Json, path: string, old?: unknown): Cause[] {
  if (old !== undefined && isDeepStrictEqual(value, old)) return [];
  if (value === null && schema['nullable'] === true) return [];
  const wrongType = typeCauses(value, schema, path);
  if (wrongType.length > 0) return wrongType;
  const causes = enumCauses(value, schema, path);
  if (typeof value === 'string') causes.push(...textCauses(value, schema, path));
  else if (typeof value === 'number') causes.push(...numberCauses(value, schema, path));
  else if (Array.isArray(value)) causes.push(...listCauses(value, schema, path, old));
  else if (isJson(value)) causes.push(...objectCauses(value, schema, path, old));
  for (const all of list(schema, 'allOf').filter(isJson)) causes.push(...schemaCauses(value, all, path));
  return [...causes, ...choiceCauses(value, schema, path)];
}

function bad(path: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${path} in body ${why}`, field: path };
}

export function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

function typeCauses(value: unknown, schema: Json, path: string): Cause[] {
  const found = typeNameOf(value);
  const wanted = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : schema['type'];
  if (typeof wanted !== 'string') return [];
  if (wanted.split(',').includes(found) || (wanted === 'number' && found === 'integer')) return [];
  const message = `Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`;
  const cause = { reason: 'FieldValueTypeInvalid', message, field: path };
  if (wanted !== 'integer' || found !== 'number') return [cause];
  const format = typeof schema['format'] === 'string' ? schema['format'] : 'default';
  const checked = `Invalid value: "": Checked value must be of type integer (${format} format) in ${path}`;
  return [cause, { reason: 'FieldValueInvalid', message: checked, field: '<nil>' }];
}

function enumCauses(value: unknown, schema: Json, path: string): Cause[] {
  const allowed = schema['enum'];
  if (!Array.isArray(allowed) || allowed.some((one) => isDeepStrictEqual(one, value))) return [];
  const shown = allowed.map((one) => JSON.stringify(typeof one === 'string' ? one : JSON.stringify(one))).join(', ');
  return [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${shown}`, field: path }];
}

function textCauses(value: string, schema: Json, path: string): Cause[] {
  const { minLength, maxLength, pattern, format } = schema;
  const length = Array.from(value).length;
  const causes: Cause[] = [];
  if (typeof maxLength === 'number' && length > maxLength)
    causes.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${maxLength} bytes`, field: path });
  if (typeof minLength === 'number' && length < minLength) causes.push(bad(path, value, `should be at least ${minLength} chars long`));
  if (typeof pattern === 'string' && goRegExp(pattern)?.test(value) === false) causes.push(bad(path, value, `should match '${pattern}'`));
  if (typeof format === 'string' && formatIsWrong(format, value)) {
    const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body must be of type ${format}: ${JSON.stringify(value)}`;
    causes.push({ reason: 'FieldValueTypeInvalid', message, field: path });
  }
  return causes;
}

function numberCauses(value: number, schema: Json, path: string): Cause[] {
  const { minimum, maximum, multipleOf } = schema;
  const causes: Cause[] = [];
  const strictMinimum = schema['exclusiveMinimum'] === true;
  const strictMaximum = schema['exclusiveMaximum'] === true;
  if (typeof minimum === 'number' && (value < minimum || (strictMinimum && value === minimum)))
    causes.push(bad(path, value, `should be greater than ${strictMinimum ? '' : 'or equal to '}${minimum}`));
  if (typeof maximum === 'number' && (value > maximum || (strictMaximum && value === maximum)))
    causes.push(bad(path, value, `should be less than ${strictMaximum ? '' : 'or equal to '}${maximum}`));
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) causes.push(bad(path, value, `should be a multiple of ${multipleOf}`));
  return causes;
}

function listCauses(value: readonly unknown[], schema: Json, path: string, old: unknown): Cause[] {
  const before = correlated(schema, old);
  const { minItems, maxItems } = schema;
  const causes: Cause[] = [];
  if (typeof maxItems === 'number' && value.length > maxItems)
    causes.push({ reason: 'FieldValueTooMany', message: `Too many: ${value.length}: must have at most ${maxItems} items`, field: path });
  if (typeof minItems === 'number' && value.length < minItems) causes.push(bad(path, value.length, `should have at least ${minItems} items`));
  const items = schema['items'];
  if (isJson(items)) for (const [index, one] of value.entries()) causes.push(...schemaCauses(one, items, `${path}[${index}]`, before(one)));
  return [...causes, ...duplicateCauses(value, schema, path)];
}

function duplicateCauses(value: readonly unknown[], schema: Json, path: string): Cause[] {
  const relation = schema['x-kubernetes-list-type'];
  if (relation !== 'set' && relation !== 'map') return [];
  const keys = list(schema, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
  const defaults = member(member(schema, 'items'), 'properties');
  const identity = (item: unknown): unknown =>
    relation === 'set' || !isJson(item)
      ? item
      : Object.fromEntries(keys.map((key) => [key, item[key] ?? member(defaults, key)['default']] as const).filter(([, one]) => one !== undefined));
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    const key = JSON.stringify(identity(item));
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${key}`, field: `${path}[${index}]` }];
  });
}

function objectCauses(value: Json, schema: Json, path: string, old: unknown): Cause[] {
  const properties = member(schema, 'properties');
  const extra = schema['additionalProperties'];
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const causes: Cause[] = [];
  const { minProperties, maxProperties } = schema;
  const size = Object.keys(value).length;
  if (typeof minProperties === 'number' && size < minProperties) causes.push(bad(path, size, `should have at least ${minProperties} properties`));
  if (typeof maxProperties === 'number' && size > maxProperties)
    causes.push({ reason: 'FieldValueTooMany', message: `Too many: ${size}: must have at most ${maxProperties} items`, field: path });
  for (const name of list(schema, 'required'))
    if (typeof name === 'string' && value[name] === undefined) causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: below(name) });
  for (const [key, one] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : extra;
    if (isJson(own)) causes.push(...schemaCauses(one, own, below(key), isJson(old) ? old[key] : undefined));
  }
  return causes;
}

/** anyOf, oneOf and not: definitions use them for rules over members, not for structure. */
function choiceCauses(value: unknown, schema: Json, path: string): Cause[] {
  const fits = (one: Json): boolean => schemaCauses(value, one, path).length === 0;
  const anyOf = list(schema, 'anyOf').filter(isJson);
  const oneOf = list(schema, 'oneOf').filter(isJson);
  const causes: Cause[] = [];
  // What int-or-string means is said by the extension; its anyOf repeats it.
  if (anyOf.length > 0 && schema['x-kubernetes-int-or-string'] !== true && !anyOf.some(fits))
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: "": "${path}" must validate at least one schema (anyOf)`, field: '<nil>' });
  if (oneOf.length > 0 && oneOf.filter(fits).length !== 1)
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: "": "${path}" must validate one and only one schema (oneOf)`, field: '<nil>' });
  const not = schema['not'];
  if (isJson(not) && fits(not))
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: "": "${path}" must not validate the schema (not)`, field: '<nil>' });
  return causes;
}
