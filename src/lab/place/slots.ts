/** What a cluster needs of a slot. */
export interface SlotRequest {
  readonly cluster: string;
  /** Can it live in this slot? Asked of free slots only. */
  readonly fits: (slot: number) => boolean;
  /** The slot that holds addresses written for its machines, which is no other cluster's. */
  readonly prefers?: number | undefined;
}

export interface SlotPlan {
  readonly slots: ReadonlyMap<string, number>;
  /** Clusters without a slot, because none is left. */
  readonly left: readonly string[];
  /** Clusters whose slot of the lock file does not exist any more. */
  readonly lost: readonly string[];
  /** Free slots that a cluster could not use. */
  readonly passed: readonly { readonly cluster: string; readonly slot: number }[];
}

/**
 * Gives every cluster a slot, keeping those it already has.
 *
 * A slot in `locked` never moves, even when its cluster's place in the file does: machines were installed with these
 * addresses. New clusters take the slot they prefer, else the lowest free one in file order. The first and the last slot are infrastructure.
 */
export function allocateSlots(count: number, reserved: ReadonlySet<number>, clusters: readonly SlotRequest[], locked: ReadonlyMap<string, number>): SlotPlan {
  const kept = new Set(locked.values());
  const slots = new Map<string, number>();
  const left: string[] = [];
  const lost: string[] = [];
  const passed: { cluster: string; slot: number }[] = [];
  /** Below it no slot is free, but for those in `skipped`. */
  let next = 1;
  const skipped: number[] = [];
  for (const { cluster, fits, prefers } of clusters) {
    const old = locked.get(cluster);
    if (old !== undefined) {
      if (old > 0 && old < count - 1) slots.set(cluster, old);
      else lost.push(cluster);
      continue;
    }
    if (prefers !== undefined && prefers > 0 && prefers < count - 1 && !kept.has(prefers) && !reserved.has(prefers) && fits(prefers)) {
      kept.add(prefers);
      slots.set(cluster, prefers);
      continue;
    }
    const again = skipped.findIndex(fits);
    if (again >= 0) {
      slots.set(cluster, skipped.splice(again, 1)[0]!);
      continue;
    }
    for (; next < count - 1; next++) {
      if (kept.has(next) || reserved.has(next)) continue;
      if (fits(next)) break;
      skipped.push(next);
      passed.push({ cluster, slot: next });
    }
    if (next < count - 1) slots.set(cluster, next++);
    else left.push(cluster);
  }
  return { slots, left, lost, passed };
}
