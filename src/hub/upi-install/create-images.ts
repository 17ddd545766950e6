import { installationDisk } from '../../render/install-config.ts';
import { nodeNetwork } from '../../render/node-network.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { customizeImage } from '../cluster-install/customize-image.ts';
import { liveImage } from '../cluster-install/live-image.ts';
import { upiFiles } from './upi-files.ts';

/** An image for each machine: it installs RHCOS to the machine's own disk, with the ignition of its role. */
export function createImages(input: ActionInput): Step<ActionDeps> {
  const { plan, cluster } = input;
  return {
    id: 'create-images',
    title: `Make an installation image for each machine of ${cluster.name}`,
    limitMs: 90 * 60_000,
    async run(deps, context) {
      const { ignition, isoOf } = upiFiles(deps, input);
      const live = await liveImage(input, deps, context);
      for (const [index, node] of cluster.nodes.entries()) {
        const machine = plan.machines.find(({ name }) => name === node.machine)!;
        const role = node.role === 'bootstrap' || node.role === 'worker' ? node.role : 'master';
        await customizeImage(input, deps, context, {
          live,
          path: isoOf(machine),
          destination: { ignition: ignition[role], device: installationDisk(machine) },
          network: nodeNetwork(plan, cluster, node, machine),
        });
        context.progress(Math.round((100 * (index + 1)) / cluster.nodes.length));
      }
    },
  };
}
