import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openSite, SITES_REVISION, sourceOf } from './open-site.ts';

/** The commit is here, renders, and describes the cluster of the plan: before the hub is touched. The job stays with this commit. */
export function fetchSite(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'fetch-site',
    title: `Check what Git says of ${input.cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const { url, branch, revision: asked } = sourceOf(input);
      const { revision, policies } = await openSite(input, deps, context);
      context.log(`${url} ${asked === undefined ? `${branch} is ` : ''}${revision}${policies ? '' : ', without policies'}`);
      return { [SITES_REVISION]: revision };
    },
  };
}
