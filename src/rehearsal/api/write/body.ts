import jsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { parse } from 'yaml';
import { messageOf } from '../../../util/errors.ts';
import { objectType } from '../fields/field-type.ts';
import { goJsonError, readJson } from './go-json.ts';
import { isJson } from '../json.ts';
import type { Json } from '../json.ts';
import { apiVersionOf } from '../kinds/resource.ts';
import { readProtobuf } from '../kinds/read-protobuf.ts';
import type { Resource } from '../kinds/resource.ts';
import { strategicMerge } from '../fields/strategic-merge.ts';
import { badRequest, StatusError } from '../status-error.ts';
import type { ApiRequest } from '../parties.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export interface GivenObject {
  readonly object: Json;
  /** Fields that stand twice in the text; the last one counts. */
  readonly duplicates: readonly string[];
}

export function mediaType({ headers }: ApiRequest): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** What a request's object is to be; built-in kinds need not be named in the object itself. */
export type Expected = Pick<Resource, 'kind' | 'group' | 'version' | 'custom'>;

export const DELETE_OPTIONS: Expected = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions', custom: false };

/** The request's object, from JSON or YAML. @throws StatusError 400 or 415 */
export function objectFrom(type: string, body: string | Buffer, expected: Expected): GivenObject {
  const { kind, custom } = expected;
  if (Buffer.isBuffer(body)) {
    const object = custom ? undefined : readProtobuf(body);
    if (object === undefined) throw unsupported('application/json, application/yaml');
    return { object, duplicates: [] };
  }
  if (!['', 'application/json', 'application/yaml'].includes(type))
    throw unsupported('application/json, application/yaml, application/vnd.kubernetes.protobuf');
  const start = body === '' ? '<empty>' : body.length > 30 ? `${body.slice(0, 30)} ...` : body;
  const refuse = (why: string): StatusError => badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${start})`);
  const { value: object, error, duplicates } = type === 'application/yaml' ? readYaml(body) : readText(body);
  if (error !== undefined) throw refuse(`couldn't get version/kind; json parse error: ${error}`);
  if (!isJson(object)) throw refuse(`couldn't get version/kind; json parse error: json: cannot unmarshal ${typeof object} into Go value of type struct`);
  const isNamed = typeof object['kind'] === 'string' && object['kind'] !== '';
  if (custom && !isNamed) throw refuse(`Object 'Kind' is missing in '${body}'`);
  // A built-in kind is read into the type of the URL, whatever of its name is absent.
  const named = custom ? {} : { kind: isNamed ? object['kind'] : kind, apiVersion: object['apiVersion'] || apiVersionOf(expected) };
  return { object: { ...object, ...named }, duplicates };
}

interface Reading {
  readonly value: unknown;
  readonly error: string | undefined;
  readonly duplicates: readonly string[];
}

function readText(body: string): Reading {
  try {
    const value: unknown = JSON.parse(body);
    // Written by a machine without spaces and with nothing lost in reading: no member stands twice.
    if (JSON.stringify(value).length === body.length) return { value, error: undefined, duplicates: [] };
    return { value, error: undefined, duplicates: readJson(body).duplicates };
  } catch (error) {
    return { value: undefined, error: goJsonError(body) ?? messageOf(error), duplicates: [] };
  }
}

function readYaml(body: string): Reading {
  try {
    return { value: body.startsWith('{') ? JSON.parse(body) : parse(body), error: undefined, duplicates: [] };
  } catch (error) {
    return { value: undefined, error: `error converting YAML to JSON: ${messageOf(error)}`, duplicates: [] };
  }
}

/** A JSON patch, a merge patch, or for built-in kinds a strategic merge, as a function. @throws StatusError */
export function patcher(type: string, body: string | Buffer, { custom, schema }: Resource): (current: Json) => Json {
  const accepted = ['application/json-patch+json', 'application/merge-patch+json', ...(custom ? [] : ['application/strategic-merge-patch+json'])];
  if (!accepted.includes(type) || Buffer.isBuffer(body)) throw unsupported([...accepted, 'application/apply-patch+yaml'].join(', '));
  let patch: unknown;
  try {
    patch = JSON.parse(body);
  } catch {
    throw badRequest(`error decoding patch: ${goJsonError(body) ?? 'invalid JSON'}`);
  }
  if (type !== 'application/json-patch+json') {
    if (!isJson(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`);
    if (type === 'application/merge-patch+json') return (current) => mergePatch(current, patch);
    return (current) => strategicMerge(current, patch, objectType(schema));
  }
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type []handlers.jsonPatchOp`);
  const operations: readonly unknown[] = patch;
  return (current) => jsonPatched(current, operations);
}

/** The object after a JSON patch. @throws StatusError 422 */
export function jsonPatched(current: Json, operations: readonly unknown[]): Json {
  try {
    const next = (operations as readonly Operation[]).reduce<unknown>(patchedOnce, structuredClone(current));
    if (isJson(next)) return next;
  } catch {
    // Below: the server says no more.
  }
  throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** One operation as the API server's library does it: `replace` of an absent member adds it, other absences are errors. */
function patchedOnce(document: unknown, operation: Operation): unknown {
  const source = operation.op === 'move' || operation.op === 'copy' ? operation.from : operation.path;
  const isThere = jsonPatch.getValueByPointer(document, source) !== undefined;
  if (!isThere && ['remove', 'move', 'copy'].includes(operation.op)) throw new Error(`${source} is not there`);
  const adding: Operation = operation.op === 'replace' && !isThere ? { ...operation, op: 'add' } : operation;
  return jsonPatch.applyOperation(document, adding, true, true).newDocument;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return isJson(value) ? 'object' : typeof value;
}

function mergePatch(target: Json, patch: Json): Json {
  const next = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const own = next[key];
    if (value === null) delete next[key];
    else next[key] = isJson(value) ? mergePatch(isJson(own) ? own : {}, value) : value;
  }
  return next;
}

function unsupported(accepted: string): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted}`);
}

/** @returns the text, or the bytes of what is not text. */
export async function readBody(request: ApiRequest): Promise<string | Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return mediaType(request) === PROTOBUF ? bytes : bytes.toString('utf8');
}
