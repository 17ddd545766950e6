import type { PlannedMachine } from '../../lab/plan.ts';
import type { Bmc } from '../../machines/bmc/bmc.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { powerOff } from '../machine-power.ts';
import { noteInstallation } from '../note-installation.ts';

export interface BootFromImage extends Partial<Pick<Step<ActionDeps>, 'id' | 'title'>> {
  readonly machines: readonly PlannedMachine[];
  /** File that a machine boots, below the job's folder. */
  readonly imageOf: (deps: ActionDeps, machine: PlannedMachine) => string;
}

/** Every machine is off, then boots its image once: from the next boot on, its disk comes first again. */
export function bootMachines(
  input: ActionInput,
  {
    machines,
    imageOf,
    id = 'boot-machines',
    title = `Boot ${machines.length === 1 ? 'the machine' : `${machines.length} machines`} of ${input.cluster.name} from the image`,
  }: BootFromImage,
): Step<ActionDeps> {
  return {
    id,
    title,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      await noteInstallation(deps, machines, context);
      for (const [index, machine] of machines.entries()) {
        const url = await deps.serveFile(imageOf(deps, machine));
        await atMachine(machine, () => boot(deps.bmc(machine, context.stepId), machine, url, context));
        context.progress(Math.round((100 * (index + 1)) / machines.length));
      }
      context.waiting(undefined);
    },
  };
}

/** Empties the drives: the image is of no use any more, and its file goes away with the job. */
export function ejectImage({ cluster }: ActionInput, machines: readonly PlannedMachine[]): Step<ActionDeps> {
  return {
    id: 'eject-image',
    title: `Take the image out of the machines of ${cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      for (const machine of machines) {
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

/** What a BMC refuses is the step's failure, with the machine's name. */
export async function atMachine<T>(machine: PlannedMachine, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isLabwrightError(error) || !['unauthorized', 'unreachable', 'refused', 'not_found'].includes(error.code)) throw error;
    const code = error.code === 'unreachable' ? 'unreachable' : 'refused';
    const hint = error.hint ?? `check the BMC of ${machine.name}: its address, and the password`;
    throw new StepFailed(code, { object: machine.name, condition: 'Redfish', reason: error.code, message: error.message }, { hint, cause: error });
  }
}
