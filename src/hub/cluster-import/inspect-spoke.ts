import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { ifReachable, readSpoke, spokeClient } from './spoke.ts';

/** Which cluster it is and which of its nodes are Ready, asked of itself: what is compared when its hub has let go of it. */
export function inspectSpoke(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'inspect-spoke',
    title: `Look at ${cluster.name} itself`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const spoke = await spokeClient(input, deps, openHub(input, deps, context));
      if (spoke === undefined) return context.log(`there is no kubeconfig of ${cluster.name}: only its hub is looked at`);
      const state = await ifReachable(
        () => readSpoke(spoke, context.signal),
        context,
        (why) => `${cluster.name} is away: ${why}`,
      );
      return state === undefined ? undefined : { spoke: { clusterId: state.clusterId, ready: [...state.ready] } };
    },
  };
}
