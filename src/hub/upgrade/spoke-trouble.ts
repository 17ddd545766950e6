import type { PlannedCluster } from '../../lab/plan.ts';
import { followUpdate } from './follow-update.ts';
import { openCluster } from './open-cluster.ts';
import type { UpgradeRun } from './upgrade-run.ts';

/**
 * Follows what a hub does until it is done, or until one of the clusters says of its own update that it cannot succeed:
 * that is known long before the hub gives up.
 */
export async function unlessTrouble(run: UpgradeRun, clusters: readonly PlannedCluster[], follow: (run: UpgradeRun) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([run.context.signal, over.signal]);
  // Not spread alone: the memory of a context is read when it is asked for.
  const inner: UpgradeRun = { ...run, context: { ...run.context, memory: run.context.memory, signal } };
  const troubles = clusters.map((cluster) => spokeTrouble(inner, cluster));
  for (const one of troubles) one.catch(() => undefined);
  try {
    await Promise.race([follow(inner), ...troubles]);
  } finally {
    over.abort(new Error('nobody follows the clusters any more'));
  }
}

/** Never ends well. */
async function spokeTrouble({ input, deps, context, checked }: UpgradeRun, cluster: PlannedCluster): Promise<never> {
  const kube = await openCluster(input, deps, context, cluster);
  if (kube) {
    const silent = { clock: context.clock, signal: context.signal, waiting: () => undefined, progress: context.progress };
    await followUpdate({ name: cluster.name, kube, context: silent }, checked.target, { stallMs: Infinity });
  }
  return new Promise<never>(() => undefined);
}
