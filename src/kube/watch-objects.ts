import type { Readable } from 'node:stream';
import type { Clock } from '../util/clock.ts';
import { realSleep } from '../util/clock.ts';
import { newUuid } from '../util/ids.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeList, WatchEvent } from './kube-client.ts';
import type { KubeObject } from './objects.ts';

export interface WatchDeps {
  readonly clock: Clock;
  list(signal: AbortSignal): Promise<KubeList>;
  /** `stream`: what the lines are counted under, see Clock.delivered. */
  open(resourceVersion: string, stream: string, signal: AbortSignal): Promise<Readable>;
}

interface Line {
  readonly type: string;
  readonly object: KubeObject & { readonly code?: number };
}

const maxFailures = 8;

/** The loop behind KubeClient.watch. @throws the signal's reason when aborted, the last error after 8 failures in a row. */
export async function* watchObjects(deps: WatchDeps, signal?: AbortSignal): AsyncGenerator<WatchEvent> {
  const done = new AbortController();
  const stop = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  const known = new Map<string, KubeObject>();
  let version: string | undefined;
  let synced = false;
  let failures = 0;
  try {
    for (;;) {
      if (version === undefined) {
        const list = await deps.list(stop);
        for (const event of differences(known, list.items)) yield remember(known, event);
        version = list.resourceVersion;
        if (!synced) yield { type: 'synced' };
        synced = true;
      }
      try {
        const stream = newUuid();
        for await (const line of linesOf(deps.clock, stream, await deps.open(version, stream, stop))) {
          if (line.type === 'ERROR') throw new KubeApiError('watch', line.object.code ?? 500, line.object);
          failures = 0;
          version = line.object.metadata.resourceVersion ?? version;
          if (line.type === 'BOOKMARK') continue;
          const event = changeOf(known, line);
          if (event !== undefined) yield remember(known, event);
        }
      } catch (error) {
        stop.throwIfAborted();
        if (error instanceof KubeApiError && error.status === 410) version = undefined;
        else if (error instanceof KubeApiError && error.status < 500 && error.status !== 429) throw error;
        if (++failures > maxFailures) throw error;
      }
      stop.throwIfAborted();
      await deps.clock.during(realSleep(Math.min(10 * 2 ** failures, 1000), stop));
    }
  } finally {
    done.abort();
  }
}

/** Reads ahead of the caller: a line left in the socket while the caller sleeps would hold a shared clock for ever. */
async function* linesOf(clock: Clock, stream: string, response: Readable): AsyncGenerator<Line> {
  const queue: Line[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  let failure: unknown;
  async function pump(): Promise<void> {
    try {
      let rest = '';
      response.setEncoding('utf8');
      for await (const chunk of response) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const text of lines) {
          if (text === '') continue;
          await clock.delivered(stream);
          queue.push(JSON.parse(text) as Line);
          wake.resolve();
        }
      }
    } catch (error) {
      failure = error;
    } finally {
      ended = true;
      wake.resolve();
    }
  }
  void pump();
  try {
    for (;;) {
      const line = queue.shift();
      if (line !== undefined) yield line;
      else if (failure !== undefined) throw failure;
      else if (ended) return;
      else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  } finally {
    response.destroy();
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function remember(known: Map<string, KubeObject>, event: Exclude<WatchEvent, { type: 'synced' }>): WatchEvent {
  if (event.type === 'deleted') known.delete(keyOf(event.object));
  else known.set(keyOf(event.object), event.object);
  return event;
}

function changeOf(known: ReadonlyMap<string, KubeObject>, line: Line): Exclude<WatchEvent, { type: 'synced' }> | undefined {
  const before = known.get(keyOf(line.object));
  if (line.type === 'DELETED') return before === undefined ? undefined : { type: 'deleted', object: line.object };
  if (before?.metadata.resourceVersion === line.object.metadata.resourceVersion) return undefined;
  return { type: before === undefined ? 'added' : 'modified', object: line.object };
}

/** What a new list says happened since the last one; an object with another UID was deleted and created. */
function differences(known: ReadonlyMap<string, KubeObject>, items: readonly KubeObject[]): Exclude<WatchEvent, { type: 'synced' }>[] {
  const now = new Map(items.map((item) => [keyOf(item), item]));
  const same = (a: KubeObject, b: KubeObject | undefined): boolean => a.metadata.uid === b?.metadata.uid;
  const gone = [...known].filter(([key, object]) => !now.has(key) || !same(object, now.get(key)));
  const deleted = gone.map(([, object]) => ({ type: 'deleted' as const, object }));
  const rest = [...now].flatMap(([key, object]): Exclude<WatchEvent, { type: 'synced' }>[] => {
    const before = known.get(key);
    if (before === undefined || !same(before, object)) return [{ type: 'added', object }];
    return before.metadata.resourceVersion === object.metadata.resourceVersion ? [] : [{ type: 'modified', object }];
  });
  return [...deleted, ...rest];
}
