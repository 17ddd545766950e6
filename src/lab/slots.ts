/** Which slot each cluster has; clusters that found none are in `left`. */
export interface SlotPlan {
  readonly slots: ReadonlyMap<string, number>;
  readonly left: readonly string[];
}

/**
 * Gives every cluster a slot, keeping those it already has.
 *
 * A slot in `locked` never moves, even when its cluster's place in the file does: machines were installed with these
 * addresses. New clusters take the lowest free slot in file order. The first and the last slot are infrastructure.
 */
export function allocateSlots(count: number, reserved: ReadonlySet<number>, clusters: readonly string[], locked: ReadonlyMap<string, number>): SlotPlan {
  const kept = new Set(locked.values());
  const slots = new Map<string, number>();
  const left: string[] = [];
  let next = 1;
  for (const cluster of clusters) {
    const old = locked.get(cluster);
    if (old !== undefined) {
      if (old > 0 && old < count - 1 && !reserved.has(old)) slots.set(cluster, old);
      else left.push(cluster);
      continue;
    }
    while (next < count - 1 && (kept.has(next) || reserved.has(next))) next++;
    if (next < count - 1) slots.set(cluster, next++);
    else left.push(cluster);
  }
  return { slots, left };
}
