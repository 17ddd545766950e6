import type { Change, TimelineEntry } from '../timeline.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Placeholders of the recording as what stands for them here. */
export function concrete<T>(value: T): T {
  const text = JSON.stringify(value ?? null)
    .replaceAll('<bmc>', 'bmc')
    .replaceAll('<closed-bmc>', 'closed:1')
    .replaceAll('<address>', '192.0.2.1')
    .replaceAll(/<uuid-(\d)>/g, '00000000-0000-4000-8000-00000000000$1');
  return JSON.parse(text) as T;
}

/** What differs from run to run, out of a timeline of either side. */
export function normal(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  return timeline.map((entry) => ({ ...entry, change: normalChange(entry.change) }));
}

function normalChange(change: Change | undefined): Change {
  if (!change || !('field' in change)) return change as unknown as Change;
  const text = JSON.stringify(change.value ?? null)
    .replaceAll(/<uuid-\d>/g, 'UUID')
    .replaceAll(UUID, 'UUID')
    .replaceAll('<bmc>', 'bmc')
    .replaceAll('<closed-bmc>', 'closed')
    .replaceAll('closed:1', 'closed')
    .replaceAll(/HTTPS?Connection/g, 'HTTPConnection')
    .replaceAll('<address>', 'closed')
    .replaceAll(/port=\d+/g, 'port');
  return { field: change.field, value: JSON.parse(text) as unknown };
}
