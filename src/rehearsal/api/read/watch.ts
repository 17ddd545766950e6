import { realSleep } from '../../../util/clock.ts';
import { member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Trouble } from '../interfere.ts';
import type { ListOptions } from './list-options.ts';
import { apiVersionOf, storageKey } from '../kinds/resource.ts';
import type { Resource } from '../kinds/resource.ts';
import { StatusError } from '../status-error.ts';
import type { Change, Store } from '../store.ts';
import type { ApiResponse } from '../parties.ts';

export interface WatchQuery {
  readonly resource: Resource;
  readonly namespace: string;
  readonly matches: (object: Json) => boolean;
  readonly options: ListOptions;
  readonly timeoutSeconds: number;
  /** The form in which the client wants objects. */
  readonly shown: (object: Json) => Json;
  /** `watch-dropped`: it ends at once; `watch-expired`: its version counts as too old. */
  readonly trouble: Trouble | undefined;
  /** Called before each line. */
  readonly onLine: () => void;
}

const BOOKMARK_EVERY_MS = 60_000;

/** Streams changes as JSON lines until the timeout, in real time, or until the client has gone. */
export async function streamWatch(store: Store, query: WatchQuery, response: ApiResponse): Promise<void> {
  const { resource, namespace, matches, options } = query;
  const key = storageKey(resource);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  const send = (type: string, object: Json): void => {
    query.onLine();
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const bookmark = (annotations: Json): void =>
    send('BOOKMARK', { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata: { resourceVersion: String(store.version()), ...annotations } });
  const tell = (change: Change): void => {
    if (change.resource !== key || change.version <= (options.version ?? 0)) return;
    if (namespace !== '' && text(member(change.object, 'metadata'), 'namespace') !== namespace) return;
    const had = change.before !== undefined && matches(change.before);
    const has = change.type !== 'DELETED' && matches(change.object);
    if (has) send(had ? 'MODIFIED' : 'ADDED', query.shown(change.object));
    else if (had && change.before !== undefined) send('DELETED', query.shown(atVersion(change.before, change.version)));
  };

  const isFromNow = options.version === undefined || options.version === 0;
  const isInitial = options.sendInitialEvents ?? isFromNow;
  if (query.trouble === 'watch-dropped') return void response.end();
  const isExpired = query.trouble === 'watch-expired' && !isFromNow;
  const missed = isExpired ? undefined : isInitial || isFromNow ? [] : store.since(key, options.version ?? 0);
  if (missed === undefined) {
    const message = `too old resource version: ${options.version} (${store.oldest() - 1})`;
    send('ERROR', new StatusError(410, 'Expired', message).body);
    response.end();
    return;
  }
  if (isInitial) {
    for (const object of store.all(key, namespace).filter(matches)) send('ADDED', query.shown(object));
    if (options.sendInitialEvents === true && options.allowBookmarks) bookmark({ annotations: { 'k8s.io/initial-events-end': 'true' } });
  }
  for (const change of missed) tell(change);
  const stop = store.listen(tell);
  const bookmarks = options.allowBookmarks ? setInterval(() => bookmark({}), BOOKMARK_EVERY_MS) : undefined;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  await realSleep(query.timeoutSeconds * 1000, gone.signal).catch(() => undefined);
  clearInterval(bookmarks);
  stop();
  response.end();
}

function atVersion(object: Json, version: number): Json {
  return { ...object, metadata: { ...member(object, 'metadata'), resourceVersion: String(version) } };
}
