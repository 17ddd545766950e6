import { PREFIX_RULE, SUBDOMAIN } from './dns-names.ts';
import { checkFinalizers } from './finalizers.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Cause } from '../status-error.ts';

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const NAME_RULE = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${NAME}')`;
const VALUE = `(${NAME})?`;
const VALUE_RULE = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${VALUE}')`;
const ANNOTATIONS_BYTES = 262_144;

/** What is wrong with an object's labels, annotations, owners and finalizers. */
export function metadataCauses(metadata: Json, old: Json | undefined): Cause[] {
  return [...labelCauses(metadata), ...annotationCauses(metadata), ...ownerCauses(metadata), ...checkFinalizers(metadata), ...lateFinalizers(metadata, old)];
}

function invalid(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

/** What is wrong with a label's or annotation's key; empty when nothing is. */
export function qualifiedNameMistakes(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2)
    return [`a qualified name ${NAME_RULE.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const mistakes: string[] = [];
  if (prefix === '') mistakes.push('prefix part must be non-empty');
  else if (prefix !== undefined && !new RegExp(`^${SUBDOMAIN}$`).test(prefix)) mistakes.push(PREFIX_RULE);
  if (name === '') mistakes.push('name part must be non-empty');
  else if (name.length > 63) mistakes.push('name part must be no more than 63 bytes');
  if (!new RegExp(`^${NAME}$`).test(name)) mistakes.push(NAME_RULE);
  return mistakes;
}

/** What is wrong with a label's value; empty when nothing is. */
export function labelValueMistakes(value: string): string[] {
  return [...(value.length > 63 ? ['must be no more than 63 bytes'] : []), ...(new RegExp(`^${VALUE}$`).test(value) ? [] : [VALUE_RULE])];
}

function labelCauses(metadata: Json): Cause[] {
  return Object.entries(member(metadata, 'labels')).flatMap(([key, value]) => [
    ...qualifiedNameMistakes(key).map((why) => invalid('metadata.labels', key, why)),
    ...labelValueMistakes(String(value)).map((why) => invalid('metadata.labels', value, why)),
  ]);
}

function annotationCauses(metadata: Json): Cause[] {
  const annotations = Object.entries(member(metadata, 'annotations'));
  const causes = annotations.flatMap(([key]) => qualifiedNameMistakes(key.toLowerCase()).map((why) => invalid('metadata.annotations', key, why)));
  let size = 0;
  for (const [key, value] of annotations) size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  if (size > ANNOTATIONS_BYTES)
    causes.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${ANNOTATIONS_BYTES} bytes`, field: 'metadata.annotations' });
  return causes;
}

function ownerCauses(metadata: Json): Cause[] {
  const owners = list(metadata, 'ownerReferences').filter(isJson);
  const field = 'metadata.ownerReferences';
  const causes = owners.flatMap((owner) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((key) => text(owner, key) === '')
      .map((key) => invalid(`${field}.${key}`, '', key === 'apiVersion' ? 'version must not be empty' : 'must not be empty')),
  );
  const [first, second] = owners.filter((owner) => owner['controller'] === true);
  if (first === undefined || second === undefined) return causes;
  const named = (owner: Json): string => `${text(owner, 'kind')}/${text(owner, 'name')}`;
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${named(first)} and ${named(second)}`;
  return [...causes, invalid(field, owners.map(inGoOrder), why)];
}

/** Owner references are printed in the order of their Go struct. */
function inGoOrder(owner: Json): Json {
  return Object.fromEntries(
    ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion'].filter((key) => owner[key] !== undefined).map((key) => [key, owner[key]]),
  );
}

function lateFinalizers(metadata: Json, old: Json | undefined): Cause[] {
  if (old === undefined || metadata['deletionTimestamp'] === undefined) return [];
  const before = list(old, 'finalizers');
  const added = list(metadata, 'finalizers').filter((one) => !before.includes(one));
  if (added.length === 0) return [];
  const shown = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
  return [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }];
}
