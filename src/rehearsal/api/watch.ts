import type { ServerResponse } from 'node:http';
import type { Clock } from '../../util/clock.ts';
import { realSleep } from '../../util/clock.ts';
import { member, text } from './json.ts';
import type { Json } from './json.ts';
import { StatusError } from './status-error.ts';
import type { Change, Store } from './store.ts';

export interface WatchQuery {
  readonly resource: string;
  readonly namespace: string;
  readonly matches: (object: Json) => boolean;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** Called before each line. */
  readonly onLine: () => void;
}

/** Streams changes as JSON lines until the timeout or until the client has gone. @throws StatusError before the first byte. */
export async function streamWatch({ store }: { readonly store: Store; readonly clock: Clock }, query: WatchQuery, response: ServerResponse): Promise<void> {
  const { resource, namespace, matches, resourceVersion } = query;
  if (!/^\d*$/.test(resourceVersion))
    throw new StatusError(500, '', `resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  const send = (type: string, object: Json): void => {
    query.onLine();
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const tell = (change: Change): void => {
    if (change.resource !== resource || (namespace !== '' && text(member(change.object, 'metadata'), 'namespace') !== namespace)) return;
    const had = change.before !== undefined && matches(change.before);
    const has = change.type !== 'DELETED' && matches(change.object);
    if (has) send(had ? 'MODIFIED' : 'ADDED', change.object);
    else if (had && change.before !== undefined)
      send('DELETED', { ...change.before, metadata: { ...member(change.before, 'metadata'), resourceVersion: String(change.version) } });
  };
  if (resourceVersion === '' || resourceVersion === '0') for (const object of store.all(resource, namespace).filter(matches)) send('ADDED', object);
  else for (const change of store.since(resource, Number(resourceVersion))) tell(change);
  const stop = store.listen(tell);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  await realSleep(query.timeoutSeconds * 1000, gone.signal).catch(() => undefined);
  stop();
  response.end();
}
