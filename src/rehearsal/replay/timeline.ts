import { conditionsOf } from '../../hub/read-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { Condition, KindRef, KubeObject } from '../../kube/objects.ts';

/** What happened to objects, as the recordings tell it: `recorded/README-hub.md`. */
export interface TimelineEntry {
  readonly t_ms: number;
  readonly kind: string;
  readonly name: string;
  readonly change: Change;
}

export type Change =
  | { readonly conditions: readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[] }
  | { readonly field: string; readonly value: unknown }
  | { readonly event: 'created' | 'deleted' };

/** One line that objects of one kind went through: the values of a condition or a field, in order. */
export interface Track {
  /** `BareMetalHost/master-0`. */
  readonly object: string;
  /** `Manageable`, `status.errorType`. */
  readonly what: string;
  /** Both, with a space. */
  readonly id: string;
  readonly values: readonly { readonly t_ms: number; readonly value: string }[];
}

/** Reads the tracks of a timeline: every condition, and the fields asked for. A value that does not change is one value. */
export function tracksOf(
  timeline: readonly TimelineEntry[],
  options: { readonly fields: readonly string[]; readonly message: (type: string, message: string) => string },
): ReadonlyMap<string, Track> {
  const tracks = new Map<string, Track & { readonly values: { t_ms: number; value: string }[] }>();
  const add = (object: string, what: string, t_ms: number, value: string): void => {
    const id = `${object} ${what}`;
    const track = tracks.get(id) ?? { object, what, id, values: [] };
    tracks.set(id, track);
    if (track.values.at(-1)?.value !== value) track.values.push({ t_ms, value });
  };
  for (const { t_ms, kind, name, change } of timeline) {
    const object = `${kind}/${name}`;
    if (!change) continue;
    if ('conditions' in change) {
      for (const { type, status, reason, message } of change.conditions)
        add(object, type, t_ms, `${status} ${reason} ${options.message(type, message)}`.trim());
    } else if ('field' in change) {
      if (options.fields.includes(change.field)) add(object, change.field, t_ms, JSON.stringify(change.value ?? null));
    } else {
      add(object, 'exists', t_ms, change.event);
    }
  }
  return tracks;
}

/** Watches kinds from now on and writes down what changes: one list for all, in the order of arrival. */
export function recordTimeline(
  kube: KubeClient,
  now: () => number,
  kinds: readonly KindRef[],
  fields: readonly string[],
  signal: AbortSignal,
): { readonly timeline: readonly TimelineEntry[]; readonly done: Promise<unknown> } {
  const timeline: TimelineEntry[] = [];
  const startMs = now();
  const follow = async (kind: KindRef): Promise<void> => {
    const known = new Map<string, KubeObject>();
    for await (const event of kube.watch(kind, signal)) {
      if (event.type === 'synced') continue;
      const { object } = event;
      const { name } = object.metadata;
      const add = (change: Change): void => void timeline.push({ t_ms: now() - startMs, kind: kind.kind, name, change });
      const before = known.get(name);
      if (event.type === 'deleted') {
        known.delete(name);
        add({ event: 'deleted' });
        continue;
      }
      known.set(name, object);
      if (!before) add({ event: 'created' });
      const changed = conditionsOf(object).filter((one) => !conditionsOf(before).some((other) => same(one, other)));
      if (changed.length > 0) add({ conditions: changed });
      for (const field of fields) {
        const value = valueAt(object, field);
        if (JSON.stringify(value ?? null) !== JSON.stringify(valueAt(before, field) ?? null)) add({ field, value: value ?? null });
      }
    }
  };
  const done = Promise.allSettled(kinds.map(follow));
  return { timeline, done };
}

function same(a: Condition, b: Condition): boolean {
  return a.type === b.type && a.status === b.status && a.reason === b.reason && a.message === b.message;
}

/** `metadata.annotations.<key with dots>` is found too: the longest rest of the path that is a member. */
export function valueAt(object: unknown, path: string): unknown {
  if (path === '') return object;
  if (typeof object !== 'object' || object === null) return undefined;
  if (path in object) return (object as Record<string, unknown>)[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (head in object) return valueAt((object as Record<string, unknown>)[head], path.slice(dot + 1));
  }
  return undefined;
}
