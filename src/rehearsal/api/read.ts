import { STREAM_HEADER } from '../../util/clock.ts';
import type { Exchange, HandlerDeps } from './handle.ts';
import type { Json } from './json.ts';
import type { ResourceRequest } from './parse-request.ts';
import { apiVersionOf, storageKey } from './resource.ts';
import { selector } from './selectors.ts';
import { sendJson } from './send.ts';
import { notFound } from './status-error.ts';
import { streamWatch } from './watch.ts';

const WATCH_SECONDS = 1800;

/** GET of one object, or of its subresource. @throws StatusError */
export function readObject({ store }: HandlerDeps, { response }: Exchange, { resource, namespace, name }: ResourceRequest): void {
  const object = store.get(storageKey(resource), namespace, name);
  if (object === undefined) throw notFound(resource, name);
  sendJson(response, 200, object);
}

/** LIST or WATCH. @throws StatusError */
export async function readCollection(deps: HandlerDeps, exchange: Exchange, { resource, namespace, verb, query }: ResourceRequest): Promise<void> {
  const matches = selector(query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
  if (verb === 'watch') {
    const resourceVersion = query.get('resourceVersion') ?? '';
    const timeoutSeconds = Number(query.get('timeoutSeconds') ?? WATCH_SECONDS);
    const stream = exchange.request.headers[STREAM_HEADER.toLowerCase()];
    const traffic = deps.traffic.watch(exchange.participant, typeof stream === 'string' ? stream : undefined);
    exchange.response.on('close', traffic.closed);
    const streaming = streamWatch(
      deps,
      { resource: storageKey(resource), namespace, matches, resourceVersion, timeoutSeconds, onLine: traffic.line },
      exchange.response,
    );
    exchange.answered();
    return streaming;
  }
  const items = deps.store.all(storageKey(resource), namespace).filter(matches);
  sendJson(exchange.response, 200, listOf(deps, { resource }, items));
}

/** A list as the server answers it; custom resources always say `continue`. */
export function listOf({ store }: HandlerDeps, { resource }: Pick<ResourceRequest, 'resource'>, items: readonly Json[]): Json {
  const custom = resource.custom ? { continue: '' } : {};
  return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata: { ...custom, resourceVersion: String(store.version()) }, items };
}
