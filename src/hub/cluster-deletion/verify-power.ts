import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';

/** Every machine that ran before still runs: letting go of a cluster must not stop it. */
export function verifyPower(input: ActionInput): Step<ActionDeps> {
  const { cluster, plan } = input;
  return {
    id: 'verify-power',
    title: `Verify that ${cluster.name} still runs`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const before = (context.memory['power'] ?? {}) as Readonly<Record<string, string>>;
      for (const machine of plan.machines.filter(({ name }) => before[name] === 'On')) {
        let power: string;
        try {
          power = await deps.bmc(machine, context.stepId).power(context.signal);
        } catch (error) {
          if (!isLabwrightError(error)) throw error;
          context.log(`power of ${machine.name} is not known: ${messageOf(error)}`);
          continue;
        }
        if (power === 'On') continue;
        throw new StepFailed(
          'refused',
          { object: machine.name, condition: 'PowerState', reason: power, message: 'the machine ran before its cluster was detached, and is off now' },
          { hint: 'read the power log for who asked' },
        );
      }
    },
  };
}
