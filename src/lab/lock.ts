import * as z from 'zod';
import type { LabPlan } from './plan.ts';

/** `lab.lock.json`: the slots clusters were given, so that they never move. */
export const LockFile = z.strictObject({
  version: z.literal(1),
  slots: z.record(z.string(), z.strictObject({ network: z.string(), slot: z.int().min(1) })),
});
export type LockFile = z.output<typeof LockFile>;

export const EMPTY_LOCK: LockFile = { version: 1, slots: {} };

/** Sorted by name: the order of clusters in the lab file must not change the lock. */
export function lockOf(plan: LabPlan): LockFile {
  const owners = plan.clusters.filter((cluster) => cluster.slot !== null).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { version: 1, slots: Object.fromEntries(owners.map(({ name, network, slot }) => [name, { network, slot: slot! }])) };
}

export function formatLock(lock: LockFile): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}
