import type { Exchange, HandlerDeps } from './exchange.ts';
import { isJson, member } from './json.ts';
import type { Json } from './json.ts';
import type { ResourceRequest } from './parse-request.ts';
import { sendJson, sendYaml } from './send.ts';
import { partialListOf, partialOf, tableOf } from './read/table.ts';

/** Sends an object or a list in the form the client asked for. */
export function answer({ clock }: HandlerDeps, { response, form }: Exchange, { resource, query }: ResourceRequest, code: number, body: Json): void {
  const items = body['items'];
  const shown = (): Json => {
    if (form.shape === 'object' || body['kind'] === 'Status') return body;
    if (form.shape === 'metadata') return Array.isArray(items) ? partialListOf(body) : partialOf(body);
    const { continue: next, ...metadata } = Array.isArray(items) ? member(body, 'metadata') : { resourceVersion: member(body, 'metadata')['resourceVersion'] };
    const objects = Array.isArray(items) ? items.filter(isJson) : [body];
    const options = { resource, includeObject: query.get('includeObject') ?? 'Metadata', nowMs: clock.now() };
    return tableOf(objects, next === undefined || next === '' ? metadata : { ...metadata, continue: next }, options);
  };
  if (form.isYaml) sendYaml(response, code, shown());
  else sendJson(response, code, shown());
}
