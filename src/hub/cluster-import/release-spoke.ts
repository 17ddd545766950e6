import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { findAgent, removeAgent } from './agent-leftovers.ts';
import { compareSpoke, rememberedSpoke } from './compare-spoke.ts';
import { ifReachable, readSpoke, spokeClient } from './spoke.ts';

/**
 * The spoke no longer has its hub's agent, and runs as before: no Klusterlet, no namespaces of the agent, the same cluster,
 * the same nodes Ready. What a forced detach left is removed. A spoke that is away stays as it is, which is said.
 */
export function releaseSpoke(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'release-spoke',
    title: `See that ${cluster.name} runs by itself`,
    limitMs: 20 * 60_000,
    async run(deps, context) {
      const spoke = await spokeClient(input, deps, openHub(input, deps, context));
      if (spoke === undefined) return;
      const look = async (): Promise<void> => {
        if ((await findAgent(spoke, context.signal)).length > 0) {
          context.log(`the agent of its hub is still on ${cluster.name}: the hub let go of it by force`);
          await removeAgent(spoke, context);
        }
        const before = rememberedSpoke(context.memory);
        if (before) compareSpoke(before, await readSpoke(spoke, context.signal), 'detached');
      };
      await ifReachable(look, context, (why) => `${cluster.name} is away (${why}): the agent of its hub stays there until it is attached again`);
    },
  };
}
