import type { PlannedMachine } from '../../lab/plan.ts';
import type { Bmc } from '../../machines/bmc/bmc.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { machinesOf, powerOff } from '../machine-power.ts';
import { noteInstallation } from '../note-installation.ts';
import { agentFiles } from './agent-files.ts';

/** Every machine of the cluster was off and boots the image once: from the next boot on, its disk comes first again. */
export function bootMachines(input: ActionInput): Step<ActionDeps> {
  const machines = machinesOf(input);
  return {
    id: 'boot-machines',
    title: `Boot ${machines.length === 1 ? 'the machine' : `${machines.length} machines`} of ${input.cluster.name} from the image`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const url = await deps.serveFile(agentFiles(deps, input).iso);
      await noteInstallation(deps, input, context);
      for (const [index, machine] of machines.entries()) {
        await atMachine(machine, () => boot(deps.bmc(machine, context.stepId), machine, url, context));
        context.progress(Math.round((100 * (index + 1)) / machines.length));
      }
      context.waiting(undefined);
    },
  };
}

/** Empties the drives: the image is of no use any more, and its file goes away with the job. */
export function ejectImage(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'eject-image',
    title: `Take the image out of the machines of ${input.cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      for (const machine of machinesOf(input)) {
        const bmc = deps.bmc(machine, context.stepId);
        await atMachine(machine, async () => {
          if ((await bmc.media(context.signal)).inserted) await bmc.ejectMedia(context.signal);
        });
      }
    },
  };
}

async function boot(bmc: Bmc, machine: PlannedMachine, url: string, context: StepContext): Promise<void> {
  const { signal, log } = context;
  // The address is this job's own: a machine that runs with it was booted here, before a restart.
  if ((await bmc.media(signal)).image === url && (await bmc.power(signal)) === 'On') return;
  await powerOff(bmc, machine, context);
  await bmc.ejectMedia(signal);
  await bmc.insertMedia(url, signal);
  await bmc.bootOnce('Cd', signal);
  log(`power on ${machine.name}`);
  await bmc.reset('On', signal);
}

async function atMachine(machine: PlannedMachine, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isLabwrightError(error) || !['unauthorized', 'unreachable', 'refused', 'not_found'].includes(error.code)) throw error;
    const code = error.code === 'unreachable' ? 'unreachable' : 'refused';
    const hint = error.hint ?? `check the BMC of ${machine.name}: its address, and the password`;
    throw new StepFailed(code, { object: machine.name, condition: 'Redfish', reason: error.code, message: error.message }, { hint, cause: error });
  }
}
