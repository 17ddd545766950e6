import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { argoRepositoryUrl } from '../gitea/push-sites.ts';
import { openHub } from '../hub.ts';
import { syncApplication } from './follow-sync.ts';
import { openSite } from './open-site.ts';

/** The policies of the commit are on the hub before the cluster is: one that comes late is never rolled out (reference/ztp.md §5.6). */
export function syncPolicies(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'sync-policies',
    title: `Bring the policies of ${cluster.name} to the hub`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const { policies, revision } = await openSite(input, deps, context);
      if (policies === undefined) return context.log('the commit has no policies');
      const namespaces = [...new Set(policies.objects.flatMap(({ kind, metadata }) => metadata.namespace ?? (kind === 'Namespace' ? metadata.name : [])))];
      await syncApplication(hub, {
        cluster: cluster.name,
        part: 'policies',
        url: argoRepositoryUrl(input, context.memory),
        path: policies.path,
        revision,
        namespaces,
      });
    },
  };
}
