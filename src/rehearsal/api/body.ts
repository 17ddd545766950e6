import type { IncomingMessage } from 'node:http';
import jsonPatch from 'fast-json-patch';
import { parse } from 'yaml';
import { isJson } from './json.ts';
import type { Json } from './json.ts';
import { badRequest, StatusError } from './status-error.ts';

/** The request's object, from JSON or YAML. @throws StatusError 400 or 415 */
export function objectFrom(contentType: string, body: string): Json {
  if (!['', 'application/json', 'application/yaml'].includes(contentType))
    throw unsupported('application/json, application/yaml, application/vnd.kubernetes.protobuf');
  const parsed = parsedAs(contentType, body);
  if (!isJson(parsed)) throw badRequest('the object provided is unrecognized');
  return parsed;
}

function parsedAs(contentType: string, body: string): unknown {
  try {
    return contentType === 'application/yaml' ? parse(body) : JSON.parse(body);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${String(error)}`);
  }
}

/** The object after a JSON patch or a merge patch. @throws StatusError */
export function patched(contentType: string, current: Json, body: string): Json {
  const patch = contentType.endsWith('patch+json') ? parsedAs('', body) : undefined;
  if (contentType === 'application/json-patch+json' && Array.isArray(patch)) {
    try {
      const next: unknown = jsonPatch.applyPatch(structuredClone(current), patch).newDocument;
      if (isJson(next)) return next;
    } catch (error) {
      throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', { causes: [{ message: String(error) }] });
    }
  }
  if (contentType === 'application/merge-patch+json' && isJson(patch)) return mergePatch(current, patch);
  throw unsupported('application/json-patch+json, application/merge-patch+json');
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
