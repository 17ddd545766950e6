import { isDeepStrictEqual } from 'node:util';
import { objectPath, type KubeObject } from '../../../kube/objects.ts';
import type { Difference } from '../difference.ts';
import type { Replayed } from './play-case.ts';
import type { SiteconfigCase } from './recording.ts';

/** Where the owned objects differ. */
export function compareSnapshots(recorded: SiteconfigCase, { before, later, end }: Replayed): readonly Difference[] {
  const expected = new Map((recorded.rendered ?? []).map((object) => [objectPath(object), object]));
  const startMs = recorded.actions?.[0]?.t_ms ?? lastMs(recorded);
  const first = compareObjects(recorded, startMs, expected, before);
  const snapshots = recorded.laterSnapshots ?? [];
  // Looked at once only, whether that was before the actions or after them is not recorded.
  if (snapshots.length === 0) return first.length > 0 && compareObjects(recorded, startMs, expected, end).length === 0 ? [] : first;
  const more = snapshots.flatMap(({ t_ms, changedOrNew, gone }, index) => {
    for (const object of changedOrNew) expected.set(objectPath(object), object);
    for (const path of gone) expected.delete(path);
    return compareObjects(recorded, t_ms, expected, later[index] ?? new Map());
  });
  return [...first, ...more];
}

/** What the operator sent is there, what the server adds of itself is there, and nothing else. */
function compareObjects(
  recorded: SiteconfigCase,
  t: number,
  expected: ReadonlyMap<string, KubeObject>,
  seen: ReadonlyMap<string, KubeObject>,
): readonly Difference[] {
  return [...new Set([...expected.keys(), ...seen.keys()])].flatMap((path) => {
    const [wanted, got] = [expected.get(path), seen.get(path)];
    const one = wanted && withDefaults(wanted, recorded.storedDefaults?.[path] ?? {});
    const other = got && sent(got);
    const text = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value));
    return isDeepStrictEqual(one, other) ? [] : [{ t, object: path, expected: text(one), got: text(other) }];
  });
}

function sent({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec: given, data }: KubeObject): unknown {
  // A ConfigMap of a user's template has no spec.
  const { installed: _ofHive, ...spec } = (given ?? {}) as Record<string, unknown>;
  return JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, data, spec }));
}

function withDefaults(object: KubeObject, defaults: Readonly<Record<string, unknown>>): unknown {
  const copy = sent(object) as Record<string, unknown>;
  for (const [pointer, value] of Object.entries(defaults)) {
    // Written by the actions: hive's and the host operator's.
    if (['/spec/installed', '/metadata/finalizers'].includes(pointer)) continue;
    const keys = pointer.slice(1).split('/');
    const last = keys.pop()!;
    let at = copy;
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return copy;
}

function lastMs({ conditionTimeline }: SiteconfigCase): number {
  return conditionTimeline.at(-1)?.t_ms ?? 0;
}
