import { nodeNetwork } from '../../render/node-network.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { customizeImage } from '../cluster-install/customize-image.ts';
import { liveImage } from '../cluster-install/live-image.ts';
import { machinesOf } from '../machine-power.ts';
import { inPlaceFiles } from './in-place-files.ts';

/** A live image of RHCOS with the ignition inside: what boots it is the bootstrap of its own cluster. */
export function createImage(input: ActionInput): Step<ActionDeps> {
  const { plan, cluster } = input;
  return {
    id: 'create-image',
    title: `Put the ignition of ${cluster.name} into a live image`,
    limitMs: 60 * 60_000,
    async run(deps, context) {
      const { ignition, iso } = inPlaceFiles(deps, input);
      const network = nodeNetwork(plan, cluster, cluster.nodes[0]!, machinesOf(input)[0]!);
      await customizeImage(input, deps, context, { live: await liveImage(input, deps, context), path: iso, liveIgnition: ignition, network });
    },
  };
}
