import type { LockFile } from '../lock.ts';

/** The number of each network, which stands in its MACs: as locked, else the lowest free one. */
export function networkIndexes(names: readonly string[], lock: LockFile): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>();
  for (const name of names) {
    const locked = lock.networks[name]?.index;
    if (locked !== undefined) indexes.set(name, locked);
  }
  const taken = new Set(indexes.values());
  let next = 0;
  for (const name of names.filter((one) => !indexes.has(one))) {
    while (taken.has(next)) next++;
    indexes.set(name, next++);
  }
  return indexes;
}
