import { isRecord } from '../../util/is-record.ts';

/** Merges one element; undefined when the patch deletes it. */
export type MergeElement = (target: unknown, element: unknown) => unknown;

/** An element of a list as it changes; the same cell stands in the old list and in the new one. */
interface Cell {
  value: unknown;
}

/**
 * A list whose elements are known by keys, with a patch laid over it.
 *
 * It follows kustomize step by step (kyaml/yaml/walk, associative sequences), because it is surprising in corners that ports
 * reach: an element that lacks one of two keys stands for every element with the other, may lose its patch, and takes the
 * place of those before it. With one key: elements of the patch first, in its order, then the others.
 */
export function mergeKeyedList(target: readonly unknown[], elements: readonly unknown[], keys: readonly string[], merge: MergeElement): unknown[] {
  let old = target.map((value): Cell => ({ value }));
  const added: Cell[] = [];
  const tuples = tuplesOf([...elements, ...target], keys);
  const used = keys.filter((_key, index) => tuples.some((tuple) => tuple[index] !== ''));
  if (used.length === 0) return [...elements, ...target];
  for (const tuple of tuples) {
    const wanted = used.map((key) => tuple[keys.indexOf(key)]!);
    const cell = old.find(({ value }) => fits(value, used, wanted, true));
    const element = elements.find((one) => fits(one, used, wanted, true));
    const merged = element === undefined ? cell?.value : merge(cell?.value, element);
    if (merged === undefined || (isRecord(merged) && Object.keys(merged).length === 0)) {
      old = old.filter(({ value }) => !fits(value, used, wanted));
      continue;
    }
    // Kustomize puts the old element back in the place of its replacement.
    const isReplaced = isRecord(element) && element['$patch'] === 'replace';
    if (cell !== undefined && !isReplaced) cell.value = merged;
    put(added, cell !== undefined && !isReplaced ? cell : { value: merged }, used, wanted);
  }
  for (const cell of old) {
    const present = used.filter((key) => isRecord(cell.value) && cell.value[key] !== undefined);
    const values = present.map((key) => text(cell.value, key));
    if (used.length > 1) {
      const others = added.filter(({ value }) => !fits(value, used.slice(0, values.length), values));
      added.splice(0, added.length, ...others, cell);
    } else put(added, cell, used, values);
  }
  return added.map(({ value }) => value);
}

/** What each element has of the keys, each once; those that agree as far as they go become one. */
function tuplesOf(elements: readonly unknown[], keys: readonly string[]): string[][] {
  const tuples: string[][] = [];
  for (const element of elements) {
    const tuple = keys.map((key) => text(element, key));
    if (!tuples.some((one) => one.join('\n') === tuple.join('\n'))) tuples.push(tuple);
  }
  if (keys.length === 1) return tuples;
  for (const [index, one] of tuples.entries()) {
    for (const [at, other] of tuples.entries()) {
      const isSame = one.some((value, key) => value === other[key]) && one.every((value, key) => value === other[key] || value === '' || other[key] === '');
      if (isSame) tuples[index] = tuples[at] = one.map((value, key) => value || other[key]!);
    }
  }
  return tuples;
}

function put(cells: Cell[], cell: Cell, keys: readonly string[], values: readonly string[]): void {
  const index = cells.findIndex(({ value }) => fits(value, keys, values));
  if (index < 0) cells.push(cell);
  else cells[index] = cell;
}

/** An empty value fits any that is there; with `known` it is not asked for. */
function fits(element: unknown, keys: readonly string[], values: readonly string[], known = false): boolean {
  if (!isRecord(element)) return false;
  return keys.every((key, index) => {
    const value = values[index] ?? '';
    if (value === '') return known || element[key] !== undefined;
    return text(element, key) === value;
  });
}

function text(element: unknown, key: string): string {
  const value = isRecord(element) ? element[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
