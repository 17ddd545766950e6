import { isLabwrightError, LabwrightError, messageOf } from '../../util/errors.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { Action, ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { hubRedactor } from '../redact-hub.ts';
import { openCluster } from '../upgrade/open-cluster.ts';
import { rolloutOf } from '../upgrade/rollout.ts';
import { gatherEvidence, keepSpoke, keepTimeline } from './gather-evidence.ts';

/** A failed step ends when its limit has passed and 30 s more (runner/run-steps.ts): evidence must be there before. */
const PATIENCE_MS = 20_000;

/** An action whose failures leave evidence with the job, and whose successes leave the timeline of its conditions. */
export function withEvidence(action: Action): Action {
  return (input) => {
    const steps = action(input);
    return steps.map((step, index) => watched(input, step, index === steps.length - 1));
  };
}

function watched(input: ActionInput, step: Step<ActionDeps>, isLast: boolean): Step<ActionDeps> {
  return {
    ...step,
    async run(deps, context) {
      try {
        const memory = await step.run(deps, context);
        if (isLast) await keepTimeline(deps);
        return memory;
      } catch (error) {
        if (isOurFailure(context.signal)) await gather(input, deps, context);
        throw error;
      }
    },
  };
}

/** A job that was taken from us, or a process that stops, has not failed: it is taken up again. */
function isOurFailure({ aborted, reason }: AbortSignal): boolean {
  return !aborted || (isLabwrightError(reason) && reason.code === 'timed_out');
}

/** What goes wrong here must not hide what went wrong before. */
async function gather(input: ActionInput, deps: ActionDeps, context: StepContext): Promise<void> {
  const over = new AbortController();
  const done = new AbortController();
  deps.clock.sleep(PATIENCE_MS, done.signal).then(
    () => over.abort(new LabwrightError('timed_out', 'the hub did not answer in time')),
    () => undefined,
  );
  try {
    if (input.inputs['hub_kubeconfig'] !== undefined) await gatherEvidence(deps, openHub(input, deps, context), (line) => context.log(line), over.signal);
    await keepTimeline(deps);
    const inTime = { ...context, memory: context.memory, signal: over.signal };
    for (const cluster of rolloutOf(input).clusters) {
      const kube = await openCluster(input, deps, inTime, cluster);
      if (kube) await keepSpoke(deps, cluster, kube, hubRedactor(input.pullSecret), over.signal);
    }
  } catch (error) {
    context.log(`not all evidence could be gathered: ${messageOf(error)}`);
  } finally {
    done.abort(new Error('gathered'));
  }
}
