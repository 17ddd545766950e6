import { isJson } from '../json.ts';

/**
 * The values at a path in the dialect of definitions: `.spec.size`, `.metadata.labels.a\.b/c`, `[0]`, `[-1:]`, `[*]`,
 * `[?(@.type=="Ready")]`. A path that cannot be read finds nothing.
 */
export function valuesAt(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const step of path.matchAll(/\.((?:\\.|[^.[\]\\])+)|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]|\[(-?\d+)(:?)\]|\[(\*)\]|\['([^']*)'\]/g)) {
    const [, name, filterKey, wanted, index, slice, all, quoted] = step;
    const key = name?.replaceAll(/\\(.)/g, '$1') ?? quoted;
    found = found.flatMap((one) => {
      if (key !== undefined) return isJson(one) && one[key] !== undefined ? [one[key]] : [];
      if (!Array.isArray(one)) return [];
      if (all !== undefined) return one;
      if (filterKey !== undefined) return one.filter((item) => valuesAt(item, `.${filterKey}`)[0] === wanted);
      const item: unknown = slice === ':' && Number(index) >= 0 ? one[Number(index)] : one.at(Number(index));
      return item === undefined ? [] : [item];
    });
  }
  return found;
}
