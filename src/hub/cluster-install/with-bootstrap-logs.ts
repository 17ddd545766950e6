import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { hubRedactor } from '../redact-hub.ts';

/** What a bootstrap's own people look at first. */
const JOURNAL = 'bootstrap/journals/bootkube.log';
/** Of it, what is worth keeping with a job. */
const KEPT_CHARS = 200_000;
/** The installer asks each node over ssh. */
const GATHER_MS = 10 * 60_000;

/**
 * A step that waits for a bootstrap, and has time to ask it why when it has failed: `openshift-install gather bootstrap`, whose
 * journal of bootkube is kept with the job as `bootkube.log`. The bootstrap must not be gone for that, so this comes before
 * anything is cleared away.
 *
 * @param addresses of the bootstrap, then of its control plane.
 */
export function withBootstrapLogs(input: ActionInput, [bootstrap = '', ...masters]: readonly string[], step: Step<ActionDeps>): Step<ActionDeps> {
  return {
    ...step,
    limitMs: step.limitMs + GATHER_MS,
    async run(deps, context) {
      const late = new AbortController();
      const over = new AbortController();
      let last: WaitingOn | undefined;
      const waiting = (on: WaitingOn | undefined): void => {
        last = on ?? last;
        context.waiting(on);
      };
      context.clock.sleep(step.limitMs, AbortSignal.any([over.signal, context.signal])).then(
        () => late.abort(tooLate(step, last)),
        () => undefined,
      );
      try {
        return await step.run(deps, { ...context, memory: context.memory, waiting, signal: AbortSignal.any([context.signal, late.signal]) });
      } catch (error) {
        over.abort(new Error('the step has failed'));
        if (!context.signal.aborted) await gather(input, deps, context, ['--bootstrap', bootstrap, ...masters.flatMap((one) => ['--master', one])]);
        throw late.signal.aborted ? late.signal.reason : error;
      } finally {
        over.abort(new Error('the step is over'));
      }
    },
  };
}

function tooLate({ limitMs, title, id }: Step<ActionDeps>, last: WaitingOn | undefined): StepFailed {
  const on = last ?? { object: id, condition: 'Ended', reason: 'Late', message: title };
  return new StepFailed('timed_out', on, { hint: `the limit of ${limitMs / 1000} s passed; read bootkube.log of the job` });
}

/** What goes wrong here must not hide what went wrong before. */
async function gather({ pullSecret }: ActionInput, deps: ActionDeps, { log, signal, stepId }: StepContext, from: readonly string[]): Promise<void> {
  const dir = join(deps.workDir, 'gathered');
  const redact = hubRedactor(pullSecret);
  try {
    log(`ask the bootstrap what it waits for, for ${stepId}`);
    await deps.exec([...deps.installer, 'gather', 'bootstrap', '--dir', dir, ...from], { signal, timeoutMs: GATHER_MS });
    const bundle = (await deps.clock.during(readdir(dir))).toSorted().findLast((name) => /^log-bundle-.*\.tar\.gz$/.test(name));
    if (bundle === undefined) throw new LabwrightError('not_found', 'the installer left no log bundle');
    const { stdout } = await deps.exec(['tar', '-xzOf', join(dir, bundle), '--wildcards', `*/${JOURNAL}`], { signal });
    await deps.evidence('bootkube.log', redact(stdout.slice(-KEPT_CHARS)));
    log('bootkube.log is kept with the job');
  } catch (error) {
    signal.throwIfAborted();
    log(`the logs of the bootstrap could not be gathered: ${redact(messageOf(error))}`);
  }
}
