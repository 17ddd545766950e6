import { STREAM_HEADER } from '../../../util/clock.ts';
import { answer } from '../answer.ts';
import type { Exchange, HandlerDeps } from '../exchange.ts';
import { member } from '../json.ts';
import type { Json } from '../json.ts';
import { list } from './list.ts';
import type { ListQuery } from './list.ts';
import { listOptions, reachVersion } from './list-options.ts';
import type { Form } from '../negotiate.ts';
import type { ResourceRequest } from '../parse-request.ts';
import { storageKey } from '../kinds/resource.ts';
import { scaleOf } from '../write/scale.ts';
import { selector } from './selectors.ts';
import { notFound } from '../status-error.ts';
import { partialOf, tableOf } from './table.ts';
import { streamWatch } from './watch.ts';

const WATCH_SECONDS = 1800;

/** GET of one object, or of its subresource. @throws StatusError */
export async function readObject(deps: HandlerDeps, exchange: Exchange, target: ResourceRequest): Promise<void> {
  const { resource, namespace, name, query } = target;
  const { version } = listOptions(new URLSearchParams({ resourceVersion: query.get('resourceVersion') ?? '' }), false);
  if (version !== undefined) await reachVersion(deps.store, version);
  const object = deps.store.get(storageKey(resource), namespace, name);
  if (object === undefined) throw notFound(resource, name);
  answer(deps, exchange, target, 200, target.subresource === 'scale' ? scaleOf(resource, object) : object);
}

/** The list a request asks for. @throws StatusError */
export function listQuery({ resource, namespace, query }: ResourceRequest): ListQuery {
  const hasSelectors = (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';
  return { resource, namespace, matches: selector(resource, query), hasSelectors, options: listOptions(query, false) };
}

/** LIST or WATCH. @throws StatusError */
export async function readCollection(deps: HandlerDeps, exchange: Exchange, target: ResourceRequest): Promise<void> {
  if (target.verb !== 'watch') return answer(deps, exchange, target, 200, await list(deps.store, listQuery(target)));
  const { resource, namespace, query } = target;
  const options = listOptions(query, true);
  const matches = selector(resource, query);
  const stream = exchange.request.headers[STREAM_HEADER.toLowerCase()];
  const traffic = deps.traffic.watch(exchange.participant, typeof stream === 'string' ? stream : undefined);
  exchange.response.on('close', traffic.closed);
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? WATCH_SECONDS) || WATCH_SECONDS;
  const shown = shownAs(exchange.form, deps, target);
  const streaming = streamWatch(
    deps.store,
    { resource, namespace, matches, options, timeoutSeconds, shown, onLine: traffic.line, trouble: exchange.trouble },
    exchange.response,
  );
  exchange.answered();
  return streaming;
}

function shownAs({ shape }: Form, { clock }: HandlerDeps, { resource, query }: ResourceRequest): (object: Json) => Json {
  if (shape === 'object') return (object) => object;
  if (shape === 'metadata') return partialOf;
  const includeObject = query.get('includeObject') ?? 'Metadata';
  return (object) => {
    const { resourceVersion } = member(object, 'metadata');
    return tableOf([object], { resourceVersion }, { resource, includeObject, nowMs: clock.now() });
  };
}
