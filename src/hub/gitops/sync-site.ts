import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { clusterImageSetName } from '../cluster-instance/create-cluster-image-set.ts';
import { IDENTITY } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { CLUSTER_INSTANCE, refTo } from '../kinds.ts';
import type { ApplicationOptions } from './application-objects.ts';
import { instancePatch } from './application-objects.ts';
import { syncApplication } from './follow-sync.ts';
import { openSite, sourceOf } from './open-site.ts';

const STEP = 'sync-site';

/** The ClusterInstance of the commit is on the hub, held, with the job's release: nothing of that is edited in Git. */
export function syncSite(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: STEP,
    title: `Let Argo CD describe ${cluster.name} to the hub, held`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const { revision } = await openSite(input, deps, context);
      await syncApplication(hub, siteApplication(input, revision, true));
      const ref = refTo(CLUSTER_INSTANCE, cluster.name, cluster.name);
      const instance = await hub.kube.get(ref, context.signal);
      if (instance) return { [IDENTITY.clusterInstance]: instance.metadata.uid ?? null };
      const on = { object: objectPath(ref), condition: 'Synced', reason: 'NotFound', message: 'Argo CD says that it is there' };
      throw new StepFailed('conflict', on, { hint: `see who deletes it on ${hub.name}` });
    },
  };
}

/** The Application of a cluster's ClusterInstance. Held or not, the rest stays as it was: the webhook takes no other change. */
export function siteApplication(input: ActionInput, revision: string, held: boolean): ApplicationOptions {
  const { name } = input.cluster;
  const { url, path } = sourceOf(input);
  const patch = instancePatch({ cluster: name, held, clusterImageSet: clusterImageSetName(input.release), step: `${input.job}/${STEP}` });
  return { cluster: name, part: 'sites', url, path, revision, namespaces: [name], patches: [patch] };
}
