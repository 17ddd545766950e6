import type { PlannedMachine } from '../../lab/plan.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { powerOff } from '../machine-power.ts';
import { atMachine } from './boot-machines.ts';

/** What an earlier cluster left running is off before a bootstrap of the new one takes its names: both would answer to them. */
export function powerOffMachines({ cluster }: ActionInput, machines: readonly PlannedMachine[]): Step<ActionDeps> {
  return {
    id: 'power-off-machines',
    title: `Power off what still runs of ${cluster.name}`,
    limitMs: 20 * 60_000,
    async run(deps, context) {
      for (const machine of machines) await atMachine(machine, () => powerOff(deps.bmc(machine, context.stepId), machine, context));
      context.waiting(undefined);
    },
  };
}
