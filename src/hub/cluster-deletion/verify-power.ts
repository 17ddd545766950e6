import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { machinesOf, powerIfKnown } from '../machine-power.ts';

/** Every machine that ran before still runs: neither letting go of a cluster nor taking it in may stop it. */
export function verifyPower(input: ActionInput, done = 'detached'): Step<ActionDeps> {
  return {
    id: 'verify-power',
    title: `Verify that ${input.cluster.name} still runs`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const before = (context.memory['power'] ?? {}) as Readonly<Record<string, string>>;
      for (const machine of machinesOf(input).filter(({ name }) => before[name] === 'On')) {
        if ((await powerIfKnown(deps.bmc(machine, context.stepId), machine, context)) !== 'Off') continue;
        const on = { object: machine.name, condition: 'PowerState', reason: 'Off', message: `the machine ran before its cluster was ${done}, and is off now` };
        throw new StepFailed('refused', on, { hint: 'read the power log for who asked' });
      }
    },
  };
}
