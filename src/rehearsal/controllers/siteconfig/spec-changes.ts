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
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => changedPaths(before[key], after[key], `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  }
  return before === after ? [] : [path];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
