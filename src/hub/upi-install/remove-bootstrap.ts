import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { atMachine } from '../cluster-install/boot-machines.ts';
import { powerOff } from '../machine-power.ts';
import { machinesOfRole } from './upi-files.ts';

/** Off, and without its image: the load balancer finds only the cluster's own control plane from now on. */
export function removeBootstrap(input: ActionInput): Step<ActionDeps> {
  const machines = machinesOfRole(input, 'bootstrap');
  return {
    id: 'remove-bootstrap',
    title: `Power off the bootstrap of ${input.cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      for (const machine of machines) {
        const bmc = deps.bmc(machine, context.stepId);
        await atMachine(machine, async () => {
          await powerOff(bmc, machine, context);
          if ((await bmc.media(context.signal)).inserted) await bmc.ejectMedia(context.signal);
        });
      }
      context.waiting(undefined);
    },
  };
}
