import { isRecord } from '../../util/is-record.ts';

/**
 * Which members of two JSON values differ, as the pointers of a JSON patch from one to the other.
 *
 * A member that only one side has is named itself, not its contents; elements added to a list are `<list>/-` (RFC 6902).
 */
export function changedPaths(before: unknown, after: unknown, path = ''): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const shared = before.slice(0, after.length).flatMap((one, index) => changedPaths(one, after[index], `${path}/${index}`));
    const removed = before.slice(after.length).map((_one, index) => `${path}/${after.length + index}`);
    return [...shared, ...removed, ...after.slice(before.length).map(() => `${path}/-`)];
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => changedPaths(before[key], after[key], `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  }
  return before === after ? [] : [path];
}

/** One operation of a JSON patch, its members in the operator's order. */
export interface SpecChange {
  readonly value?: unknown;
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
}

/** The JSON patch that makes `after` of `before`. */
export function specDiff(before: unknown, after: unknown): readonly SpecChange[] {
  const added = new Map<string, number>();
  return changedPaths(before, after).map((path) => {
    if (path.endsWith('/-')) {
      const list = path.slice(0, -2);
      const index = added.get(list) ?? (valueAt(before, list) as readonly unknown[]).length;
      added.set(list, index + 1);
      return { value: valueAt(after, `${list}/${index}`), op: 'add', path };
    }
    const value = valueAt(after, path);
    if (value === undefined) return { op: 'remove', path };
    return { value, op: valueAt(before, path) === undefined ? 'add' : 'replace', path };
  });
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const key of pointer.split('/').slice(1)) at = (at as Record<string, unknown> | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}
