import type { Condition, KubeObject } from '../kube/objects.ts';

/** A value deep in an object, by its path; undefined when something on the way is missing. */
export function valueAt(object: KubeObject | undefined, ...path: readonly string[]): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** A text deep in an object; '' when it is missing or something else. */
export function textAt(object: KubeObject | undefined, ...path: readonly string[]): string {
  const value = valueAt(object, ...path);
  return typeof value === 'string' ? value : '';
}

export function numberAt(object: KubeObject | undefined, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, ...path);
  return typeof value === 'number' ? value : undefined;
}

export function conditionsOf(object: KubeObject | undefined): readonly Condition[] {
  const value = valueAt(object, 'status', 'conditions');
  return Array.isArray(value) ? (value as readonly Condition[]) : [];
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}
