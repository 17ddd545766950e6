import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { started } from '../cluster-instance/release-cluster-instance.ts';
import { followCluster, IDENTITY } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { CLUSTER_INSTANCE, refTo } from '../kinds.ts';
import { syncApplication } from './follow-sync.ts';
import { openSite } from './open-site.ts';
import { siteApplication } from './sync-site.ts';

/** Takes the hold away, through Argo CD as well: from here on the ClusterInstance cannot be changed, and disks will be written. */
export function releaseSite(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const ref = refTo(CLUSTER_INSTANCE, cluster.name, cluster.name);
  return {
    id: 'release-site',
    title: `Release ${cluster.name}`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const found = await hub.kube.get(ref, context.signal);
      if (found?.metadata.uid !== context.memory[IDENTITY.clusterInstance]) {
        const on = { object: objectPath(ref), condition: 'UID', reason: found ? 'Replaced' : 'Deleted', message: 'it is not the one that was verified' };
        throw new StepFailed('conflict', on, { hint: `see who else writes to ${cluster.name}` });
      }
      const { revision } = await openSite(input, deps, context);
      await syncApplication(hub, siteApplication(input, revision, false));
      await followCluster(hub, (objects) => started(cluster.name, objects));
    },
  };
}
