import { METADATA } from '../fields/field-type.ts';
import { isJson, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { apiVersionOf } from '../kinds/resource.ts';
import type { Resource } from '../kinds/resource.ts';
import { conform } from './schema.ts';
import { schemaCauses } from './validate-schema.ts';
import { badRequest, invalid, StatusError } from '../status-error.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** Fields that stand twice in the text. */
  readonly duplicates: readonly string[];
  /** A null where none is allowed is dropped, but not from an applied object. */
  readonly keepNulls?: boolean;
  /** Computed by the server from a patch: then Strict refuses in other words. */
  readonly patched: boolean;
  readonly warn: (text: string) => void;
}

/**
 * A request's object as the server understands it: pruned and defaulted by the schema of its kind.
 *
 * @throws StatusError 400 or 422 for another kind or version, and in Strict mode for unknown or duplicate fields.
 */
export function decode(resource: Resource, given: Json, options: DecodeOptions): Json {
  const unknown: string[] = [];
  const note = (path: string): void => void unknown.push(path);
  const { apiVersion, kind, metadata, ...rest } = given;
  checkTyped(resource, metadata ?? {}, METADATA, 'metadata');
  if (!resource.custom) checkTyped(resource, rest, resource.schema, '');
  const meta = conform(metadata ?? {}, METADATA, 'metadata', note);
  // An unknown version has no schema: nothing in it is known.
  const isKnown = !resource.custom || ['', apiVersionOf(resource)].includes(text(given, 'apiVersion'));
  const kept = conform(rest, isKnown ? resource.schema : {}, '', note, !options.keepNulls);
  const findings = [...options.duplicates.map((one) => `duplicate field "${one}"`), ...unknown.map((one) => `unknown field "${one}"`)];
  if (findings.length > 0) report(resource, given, findings, options);
  checkType(resource, given);
  const decoded: Json = { apiVersion, kind, metadata: isJson(meta) ? withoutNothing(meta) : {}, ...(isJson(kept) ? kept : {}) };
  if (!resource.custom) for (const [key, value] of Object.entries(decoded)) if (value === null) delete decoded[key];
  return decoded;
}

/** Built-in kinds and metadata are Go structs: a value of another type cannot be read at all. */
function checkTyped(resource: Resource, value: unknown, schema: Json, path: string): void {
  const wrong = schemaCauses(value, schema, path).find(({ reason }) => reason === 'FieldValueTypeInvalid');
  if (wrong === undefined) return;
  const [, wanted = '', found = ''] = /must be of type (\S+): "(.*)"$/.exec(wrong.message) ?? [];
  if (found === 'null') return;
  const shown = found === 'integer' ? 'number' : found === 'boolean' ? 'bool' : found;
  const what = `json: cannot unmarshal ${shown} into Go struct field ${resource.kind}.${wrong.field} of type ${wanted}`;
  throw badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${what}`);
}

function report(resource: Resource, given: Json, findings: readonly string[], { fieldValidation, patched, warn }: DecodeOptions): void {
  if (fieldValidation === 'Warn') for (const one of findings) warn(one);
  if (fieldValidation !== 'Strict') return;
  const what = `strict decoding error: ${findings.join(', ')}`;
  if (!patched) throw badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${what}`);
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(given))}: ${what}`;
  throw new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] });
}

/** Empty maps and lists of metadata are as good as absent. */
function withoutNothing(metadata: Json): Json {
  return Object.fromEntries(
    Object.entries(metadata).filter(
      ([key, value]) =>
        value !== null && value !== undefined && value !== '' && (key === 'managedFields' || typeof value !== 'object' || Object.keys(value).length > 0),
    ),
  );
}

function checkType(resource: Resource, given: Json): void {
  const version = text(given, 'apiVersion');
  if (version !== apiVersionOf(resource))
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${apiVersionOf(resource)})`);
  const kind = text(given, 'kind');
  if (kind === resource.kind) return;
  if (!resource.custom) throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind "${kind}" is registered`);
  const cause = { reason: 'FieldValueInvalid', message: `Invalid value: "${kind}": must be ${resource.kind}`, field: 'kind' };
  throw invalid(resource, text(member(given, 'metadata'), 'name'), [cause], kind);
}
