import type { IncomingMessage } from 'node:http';
import jsonPatch from 'fast-json-patch';
import { parse } from 'yaml';
import { isJson } from './json.ts';
import type { Json } from './json.ts';
import { badRequest, StatusError } from './status-error.ts';

export interface GivenObject {
  readonly object: Json;
  /** Fields that stand twice in the text; the last one counts. */
  readonly duplicates: readonly string[];
}

export function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** The request's object, from JSON or YAML. @throws StatusError 400 or 415 */
export function objectFrom(type: string, body: string, kind: string): GivenObject {
  if (!['', 'application/json', 'application/yaml'].includes(type))
    throw unsupported('application/json, application/yaml, application/vnd.kubernetes.protobuf');
  const start = body === '' ? '<empty>' : body.length > 30 ? `${body.slice(0, 30)} ...` : body;
  const refuse = (why: string): StatusError => badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${start})`);
  let object: unknown;
  try {
    object = type === 'application/yaml' ? parse(body) : JSON.parse(body);
  } catch {
    throw refuse(`couldn't get version/kind; json parse error: unexpected end of JSON input`);
  }
  if (!isJson(object)) throw refuse(`couldn't get version/kind; json parse error: json: cannot unmarshal ${typeof object} into Go value of type struct`);
  if (typeof object['kind'] !== 'string' || object['kind'] === '') throw refuse(`Object 'Kind' is missing in '${body}'`);
  return { object, duplicates: [] };
}

/** A JSON patch, a merge patch, or for built-in kinds a strategic merge, as a function. @throws StatusError */
export function patcher(type: string, body: string, custom: boolean): (current: Json) => Json {
  const accepted = ['application/json-patch+json', 'application/merge-patch+json', ...(custom ? [] : ['application/strategic-merge-patch+json'])];
  if (!accepted.includes(type)) throw unsupported([...accepted, 'application/apply-patch+yaml'].join(', '));
  let patch: unknown;
  try {
    patch = JSON.parse(body);
  } catch {
    throw badRequest('error decoding patch: unexpected end of JSON input');
  }
  if (type !== 'application/json-patch+json') {
    if (!isJson(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`);
    return (current) => mergePatch(current, patch);
  }
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type []handlers.jsonPatchOp`);
  return (current) => {
    try {
      const next: unknown = jsonPatch.applyPatch(structuredClone(current), patch).newDocument;
      if (isJson(next)) return next;
    } catch {
      // Below: the server says no more.
    }
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  };
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

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
