import type { UpgradeDriver } from '../../contract/rollout.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { compareClusterId } from './compare-cluster-id.ts';
import { curatorDriver } from './curator-driver.ts';
import { directDriver } from './direct-driver.ts';
import { followAll } from './follow-all.ts';
import { followUpdate } from './follow-update.ts';
import { openCluster } from './open-cluster.ts';
import { rolloutOf, type Batch } from './rollout.ts';
import { talmDriver } from './talm-driver.ts';
import { checkedIn, type UpgradeDriverWay } from './upgrade-run.ts';

const DRIVERS: Readonly<Record<UpgradeDriver, UpgradeDriverWay>> = { direct: directDriver, talm: talmDriver, curator: curatorDriver };

const MINUTE_MS = 60_000;
/** DCI's max_upgrade_time is 170 minutes for the release; machines of workers, and an hour of standing still, come on top. */
const UPGRADE_MS = 300 * MINUTE_MS;

/** What a driver makes before the first cluster is touched. */
export function startUpgrade(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'start-upgrade',
    title: `Prepare the upgrade to ${input.release.version}`,
    limitMs: 30 * MINUTE_MS,
    async run(deps, context) {
      const checked = checkedIn(context.memory);
      if (checked.behind.length === 0) return;
      return DRIVERS[checked.driver].start?.({ input, deps, context, checked });
    },
  };
}

/** One batch of clusters runs the release; the next one has its own step, which is not begun when this one fails. */
export function upgradeBatch(input: ActionInput, { id, clusters }: Batch): Step<ActionDeps> {
  const names = clusters.map(({ name }) => name).join(', ');
  return {
    id: `upgrade-${id}`,
    title: `Upgrade ${names} to ${input.release.version}`,
    limitMs: UPGRADE_MS,
    async run(deps, context) {
      const checked = checkedIn(context.memory);
      const behind = clusters.filter(({ name }) => checked.behind.includes(name));
      if (behind.length > 0) await DRIVERS[checked.driver].upgrade({ input, deps, context, checked }, behind);
    },
  };
}

/** Every cluster of the job is still the one it was, runs the release, and is healthy. */
export function verifyUpgrade(input: ActionInput): Step<ActionDeps> {
  const { clusters } = rolloutOf(input);
  return {
    id: 'verify-upgrade',
    title: `Verify that ${clusters.map(({ name }) => name).join(', ')} run ${input.release.version}`,
    limitMs: UPGRADE_MS,
    async run(deps, context) {
      const checked = checkedIn(context.memory);
      const { target, clusterIds, driver, behind } = checked;
      await followAll(context, clusters, async (cluster, follower) => {
        const kube = await openCluster(input, deps, context, cluster);
        if (kube === undefined) return context.log(`there is no kubeconfig of ${cluster.name}: its hub is believed`);
        await followUpdate({ name: cluster.name, kube, context: follower }, target);
        await compareClusterId(cluster.name, kube, clusterIds[cluster.name], context.signal);
      });
      if (behind.length > 0) await DRIVERS[driver].finish?.({ input, deps, context, checked });
    },
  };
}
