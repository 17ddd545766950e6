import type { PlannedMachine } from '../lab/plan.ts';
import { isLabwrightError, messageOf } from '../util/errors.ts';
import type { StepContext } from '../util/step.ts';
import type { ActionDeps } from './action.ts';

/**
 * From now on these machines run another system: said before they boot the installer, and again when they run
 * what it installed, since both have host keys of their own. An installation does not fail because it cannot be noted.
 */
export async function noteInstallation(deps: ActionDeps, machines: readonly PlannedMachine[], { signal, log }: StepContext): Promise<void> {
  const names = machines.map(({ name }) => name);
  try {
    await deps.noteInstallation?.(names, signal);
  } catch (error) {
    if (!isLabwrightError(error) || signal.aborted) throw error;
    log(`that ${names.join(', ')} have new host keys could not be noted: ${messageOf(error)}`);
  }
}
