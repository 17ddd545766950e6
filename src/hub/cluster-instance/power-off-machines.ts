import type { PlannedMachine } from '../../lab/plan.ts';
import type { Bmc } from '../../machines/bmc/bmc.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';

const LOOK_MS = 5000;

/**
 * Every machine of the cluster is off, with an empty drive.
 *
 * An installation on machines that still run the last cluster would have two clusters answer at one address until the
 * hub resets them. A BMC that refuses us is left to the hub: it is the hub that must reach it, and its BareMetalHost says
 * what is wrong.
 */
export function powerOffMachines(input: ActionInput): Step<ActionDeps> {
  const { cluster, plan } = input;
  const machines = cluster.nodes.flatMap((node) => plan.machines.filter((machine) => machine.name === node.machine));
  return {
    id: 'power-off-machines',
    title: `Power off ${machines.length === 1 ? 'the machine' : `the ${machines.length} machines`} of ${cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      for (const machine of machines) {
        try {
          await powerOff(deps.bmc(machine, context.stepId), machine, context);
        } catch (error) {
          if (!isLabwrightError(error) || (error.code !== 'unauthorized' && error.code !== 'unreachable')) throw error;
          context.log(`${machine.name} was not powered off: ${messageOf(error)}`);
        }
      }
      context.waiting(undefined);
    },
  };
}

async function powerOff(bmc: Bmc, machine: PlannedMachine, { signal, clock, log, waiting }: StepContext): Promise<void> {
  const { inserted, image } = await bmc.media(signal);
  if (inserted) {
    log(`eject ${image ?? 'the media'} from ${machine.name}`);
    await bmc.ejectMedia(signal);
  }
  if ((await bmc.power(signal)) === 'Off') return;
  log(`power off ${machine.name}`);
  await bmc.reset('ForceOff', signal);
  while ((await bmc.power(signal)) !== 'Off') {
    waiting({ object: machine.name, condition: 'PowerState', reason: 'On', message: 'the machine was told to power off and is still on' });
    await clock.sleep(LOOK_MS, signal);
  }
}
