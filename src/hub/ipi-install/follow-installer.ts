import type { Memory, Step, StepContext } from '../../util/step.ts';
import { StepFailed } from '../../util/step-failed.ts';
import { redact } from '../../util/redact.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { bootstrapStatus } from '../cluster-install/await-bootstrap-complete.ts';
import { newCluster } from '../cluster-install/new-cluster.ts';
import { RELEASE_OVERRIDE, releaseImage } from '../cluster-install/run-installer.ts';
import { memberMachinesOf } from '../machine-power.ts';
import { hubRedactor } from '../redact-hub.ts';
import { linesOf, wholeLines } from './installer-log.ts';
import { isAway, lookAtInstaller, startInstaller, type InstallerProcess } from './installer-process.ts';
import { ipiPlace } from './ipi-files.ts';

const LOOK_MS = 30_000;
/** In a job's memory: how much of the installer's log is in the job's log already. */
const LOGGED = 'installerLogged';

/**
 * A step of an installation whose installer works meanwhile: what that logs goes into the job's log line by line, and when it
 * ends with a failure, so does the step, in the installer's own words.
 */
export function following(input: ActionInput, step: Step<ActionDeps>): Step<ActionDeps> {
  return {
    ...step,
    async run(deps, context) {
      const over = new AbortController();
      const failed = new AbortController();
      const follower = createFollower(input, deps, context);
      const signal = AbortSignal.any([context.signal, failed.signal]);
      const followed = followUntil(follower, deps, { job: context.signal, step: AbortSignal.any([context.signal, over.signal]) }, (error) =>
        failed.abort(error),
      );
      let memory: Memory | void;
      try {
        memory = await step.run(deps, { ...context, memory: context.memory, signal });
      } catch (error) {
        throw failed.signal.aborted ? failed.signal.reason : error;
      } finally {
        over.abort(new Error('the step is over'));
        await followed;
      }
      return { ...memory, [LOGGED]: follower.logged() };
    },
  };
}

/** A look that was begun is ended, or what it has logged would be logged again. */
async function followUntil(
  follower: Follower,
  { clock }: Pick<ActionDeps, 'clock'>,
  until: { readonly job: AbortSignal; readonly step: AbortSignal },
  fail: (error: unknown) => void,
): Promise<void> {
  try {
    for (;;) {
      await follower.look(until.job);
      await clock.sleep(LOOK_MS, until.step);
    }
  } catch (error) {
    if (!until.step.aborted) fail(error);
  }
}

export interface Follower {
  /** Logs what is new. @throws StepFailed when the installer has failed, or is gone and cannot go on. */
  look(signal: AbortSignal): Promise<InstallerProcess>;
  logged(): number;
}

export function createFollower(input: ActionInput, deps: ActionDeps, context: StepContext): Follower {
  const { host, dir } = ipiPlace(deps, input);
  const passwords = memberMachinesOf(input).map((machine) => deps.bmcCredentials(machine).password);
  const hide = hubRedactor(input.pullSecret);
  let at = Number(context.memory[LOGGED] ?? 0);
  let lastError = '';
  return {
    logged: () => at,
    async look(signal) {
      try {
        const { process, log } = await lookAtInstaller(host.exec, dir, at, signal);
        at += wholeLines(log);
        for (const { level, message } of linesOf(log)) {
          const line = redact(hide(message), passwords);
          if (level === 'error' || level === 'fatal') lastError = line;
          context.log(`${level}: ${line}`);
        }
        if (process.status === 'ended' && process.code !== 0) throw ended(input, process.code, lastError);
        if (process.status === 'killed') await goOn(input, deps, context, signal);
        return process;
      } catch (error) {
        if (!isAway(error) || signal.aborted) throw error;
        context.log(`${host.name} does not answer; the installer there goes on by itself`);
        return { status: 'running' };
      }
    },
  };
}

/** The command that installs, and the one that goes on with what it has begun. */
export async function launch(input: ActionInput, deps: ActionDeps, context: StepContext, words: readonly string[], signal: AbortSignal): Promise<void> {
  const { host, dir, installer } = ipiPlace(deps, input);
  const release = `${RELEASE_OVERRIDE}=${releaseImage(input, context)}`;
  await startInstaller(host.exec, dir, context.stepId, ['env', release, installer, ...words, '--dir', dir, '--log-level', 'info'], signal);
}

/** Somebody ended the installer, or its host rebooted. Once the control plane carries itself, another one can wait for the rest. */
async function goOn(input: ActionInput, deps: ActionDeps, context: StepContext, signal: AbortSignal): Promise<void> {
  const { host } = ipiPlace(deps, input);
  const status = await newCluster(input, deps, context)
    .then((kube) => bootstrapStatus(kube, signal))
    .catch((error: unknown) => (isLabwrightError(error) ? error.message : 'its credentials were not made yet'));
  if (status === 'complete') {
    context.log(`the installer on ${host.name} is gone; another one waits for the rest`);
    return await launch(input, deps, context, ['wait-for', 'install-complete'], signal);
  }
  const message = `the installer on ${host.name} is gone and has left no exit code, before the control plane carried itself (${status || 'its bootstrap is not complete'})`;
  throw new StepFailed(
    'refused',
    { object: input.cluster.name, condition: 'Installed', reason: 'InstallerGone', message },
    {
      hint: `see whether ${host.name} was restarted or is out of memory, then run the job again: it clears what is left`,
    },
  );
}

function ended({ cluster }: ActionInput, code: number, lastError: string): StepFailed {
  const on = { object: cluster.name, condition: 'Installed', reason: 'InstallerFailed', message: lastError || `the installer ended with ${code}` };
  return new StepFailed('refused', on, { hint: 'read the lines of the installer above' });
}
