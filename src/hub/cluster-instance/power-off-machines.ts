import type { PlannedMachine } from '../../lab/plan.ts';
import type { Bmc } from '../../machines/bmc/bmc.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { machinesOf, powerOff } from '../machine-power.ts';
import { noteInstallation } from '../note-installation.ts';

/**
 * Every machine of the cluster is off, with an empty drive.
 *
 * An installation on machines that still run the last cluster would have two clusters answer at one address until the
 * hub resets them. A BMC that refuses us is left to the hub: it is the hub that must reach it, and its BareMetalHost says
 * what is wrong.
 */
export function powerOffMachines(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const machines = machinesOf(input);
  return {
    id: 'power-off-machines',
    title: `Power off ${machines.length === 1 ? 'the machine' : `the ${machines.length} machines`} of ${cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      await noteInstallation(deps, machines, context);
      for (const machine of machines) {
        try {
          await emptyAndOff(deps.bmc(machine, context.stepId), machine, context);
        } catch (error) {
          if (!isLabwrightError(error) || (error.code !== 'unauthorized' && error.code !== 'unreachable')) throw error;
          context.log(`${machine.name} was not powered off: ${messageOf(error)}`);
        }
      }
      context.waiting(undefined);
    },
  };
}

async function emptyAndOff(bmc: Bmc, machine: PlannedMachine, context: StepContext): Promise<void> {
  const { inserted, image } = await bmc.media(context.signal);
  if (inserted) {
    context.log(`eject ${image ?? 'the media'} from ${machine.name}`);
    await bmc.ejectMedia(context.signal);
  }
  await powerOff(bmc, machine, context);
}
