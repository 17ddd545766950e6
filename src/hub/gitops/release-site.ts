import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { started } from '../cluster-instance/release-cluster-instance.ts';
import { followCluster } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { openSite } from './open-site.ts';
import { describeSite, identityOf } from './sync-site.ts';

/** Takes the hold away, the way it was set: from here on the cluster cannot be changed, and disks will be written. */
export function releaseSite(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'release-site',
    title: `Release ${cluster.name}`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const site = await openSite(input, deps, context);
      const { key, ref } = identityOf(site, cluster.name);
      const found = await hub.kube.get(ref, context.signal);
      if (found?.metadata.uid !== context.memory[key]) {
        const on = { object: objectPath(ref), condition: 'UID', reason: found ? 'Replaced' : 'Deleted', message: 'it is not the one that was verified' };
        throw new StepFailed('conflict', on, { hint: `see who else writes to ${cluster.name}` });
      }
      await describeSite(hub, input, site, false);
      await followCluster(hub, (objects) => started(cluster.name, objects));
    },
  };
}
