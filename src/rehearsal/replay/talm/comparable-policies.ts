import type { Change, TimelineEntry } from '../timeline.ts';

/** Shown in a recording only where it changes, so not for an object that is made with it. */
const FROM_THE_START = ['spec.enable', 'spec.predicates'];

/** Either side without what differs from run to run: random names, and the order in which Go walks a map. */
export function normal(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const created = new Map<string, number>();
  return timeline.flatMap((entry) => {
    const name = withoutRandom(entry.name);
    const change = normalChange(entry.change);
    const id = `${entry.kind}/${name}`;
    if ('event' in change) created.set(id, entry.t_ms);
    if ('field' in change && FROM_THE_START.includes(change.field) && created.get(id) === entry.t_ms)
      return [{ ...entry, name, change: { event: 'created' } as const }];
    return [{ ...entry, name, change }];
  });
}

/**
 * Without what a Placement showed for less than 3 s: its status was played, not TALM's, and how long an empty one was
 * shown before TALM filled it depended on the machine that recorded it.
 */
export function settled(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const isStatus = ({ kind, change }: TimelineEntry): boolean =>
    kind === 'Placement' && ('conditions' in change || ('field' in change && change.field.startsWith('status.')));
  return timeline.filter((entry, index) => {
    if (!isStatus(entry)) return true;
    const shape = 'field' in entry.change;
    return !timeline
      .slice(index + 1)
      .some((other) => isStatus(other) && other.name === entry.name && 'field' in other.change === shape && other.t_ms - entry.t_ms < 3000);
  });
}

function withoutRandom(text: string): string {
  return text.replaceAll(/-placement-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-placement-<random>');
}

function normalChange(change: Change): Change {
  if (!('field' in change)) return change;
  const value: unknown = JSON.parse(withoutRandom(JSON.stringify(change.value ?? null)));
  return { field: change.field, value: sorted(value, change.field === 'spec.predicates') };
}

/** Members by name; with `lists` the items too. */
function sorted(value: unknown, lists: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((one) => sorted(one, lists));
    return lists ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member, lists)]),
  );
}
