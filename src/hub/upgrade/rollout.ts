import type { UpgradeDriver } from '../../contract/rollout.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import type { ActionInput } from '../action.ts';

/** Several clusters that one job acts on, and in which order. */
export interface Rollout {
  /** Undefined: what the hub offers. */
  readonly driver?: UpgradeDriver;
  readonly clusters: readonly PlannedCluster[];
  /** Names of those that go first, one by one. */
  readonly canaries: readonly string[];
  /** How many of the others go at a time. */
  readonly maxConcurrency: number;
}

/** Clusters that are upgraded together; the next ones only when all of them are done. */
export interface Batch {
  /** `canary-1`, `batch-2`. */
  readonly id: string;
  readonly clusters: readonly PlannedCluster[];
}

/** The job's roll-out: the clusters it names, else its own. */
export function rolloutOf({ rollout, cluster }: ActionInput): Rollout {
  return rollout ?? { clusters: [cluster], canaries: [], maxConcurrency: 1 };
}

/** Canaries one by one, then the others in their order: TALM makes the same plan of the same numbers (reference/ztp.md §2.10). */
export function batchesOf({ clusters, canaries, maxConcurrency }: Rollout): readonly Batch[] {
  const first = canaries.flatMap((name) => clusters.filter((one) => one.name === name));
  const others = clusters.filter(({ name }) => !canaries.includes(name));
  const groups = Array.from({ length: Math.ceil(others.length / maxConcurrency) }, (_, index) =>
    others.slice(index * maxConcurrency, (index + 1) * maxConcurrency),
  );
  return [
    ...first.map((cluster, index): Batch => ({ id: `canary-${index + 1}`, clusters: [cluster] })),
    ...groups.map((group, index): Batch => ({ id: `batch-${index + 1}`, clusters: group })),
  ];
}
