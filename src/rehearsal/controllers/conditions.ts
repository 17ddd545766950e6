import type { Condition } from '../../kube/objects.ts';

type Given = Omit<Condition, 'lastTransitionTime'>;

/**
 * Sets conditions in a list, in place of those of the same type, new ones at the end.
 *
 * `lastTransitionTime` changes only with the status, as apimachinery's meta.SetStatusCondition does.
 * @returns the same array when nothing changed.
 */
export function withConditions(conditions: readonly Condition[] | undefined, given: readonly Given[], nowMs: number): readonly Condition[] {
  const result = [...(conditions ?? [])];
  let changed = conditions === undefined;
  for (const one of given) {
    const at = result.findIndex(({ type }) => type === one.type);
    const before = result[at];
    if (before && same(before, one)) continue;
    changed = true;
    const moved = before?.status === one.status ? before.lastTransitionTime : undefined;
    const next = { ...one, lastTransitionTime: moved ?? rfc3339Seconds(nowMs) };
    if (at < 0) result.push(next);
    else result[at] = next;
  }
  return changed ? result : (conditions ?? []);
}

/** metav1.Time: whole seconds. */
export function rfc3339Seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((one) => one.type === type);
}

function same(a: Condition, b: Given): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message && (b.observedGeneration ?? a.observedGeneration) === a.observedGeneration;
}
