import type { PlannedCluster } from '../../lab/plan.ts';
import { messageOf } from '../../util/errors.ts';
import type { StepContext, WaitingOn } from '../../util/step.ts';

/**
 * Works on several clusters at a time. Each goes to its end, also when another has failed: what has begun cannot be taken
 * back. The step says what the first cluster that is not done waits for, and how far they are on the whole.
 *
 * @throws the failure of the first cluster, in their order, that failed; the others' are logged.
 */
export async function followAll(
  context: StepContext,
  clusters: readonly PlannedCluster[],
  follow: (cluster: PlannedCluster, context: Pick<StepContext, 'clock' | 'signal' | 'waiting' | 'progress'>) => Promise<void>,
): Promise<void> {
  const waits = new Map<string, WaitingOn>();
  const percents = new Map(clusters.map(({ name }) => [name, 0]));
  const show = (): void => {
    const [first] = clusters.flatMap(({ name }) => waits.get(name) ?? []);
    context.waiting(first);
  };
  const share = (name: string, percent: number): void => {
    percents.set(name, percent);
    context.progress(Math.round([...percents.values()].reduce((sum, one) => sum + one, 0) / clusters.length));
  };
  const results = await Promise.allSettled(
    clusters.map(async (cluster) => {
      const { name } = cluster;
      const waiting = (on: WaitingOn | undefined): void => {
        if (on === undefined) waits.delete(name);
        else waits.set(name, clusters.length === 1 ? on : { ...on, message: `${name}: ${on.message}` });
        show();
      };
      await follow(cluster, { clock: context.clock, signal: context.signal, waiting, progress: (percent) => share(name, percent) });
      share(name, 100);
    }),
  );
  context.signal.throwIfAborted();
  const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [{ name: clusters[index]!.name, error: result.reason as unknown }] : []));
  for (const { name, error } of failed) context.log(`${name}: ${messageOf(error)}`);
  if (failed[0]) throw failed[0].error;
}
