import { isLabwrightError } from '../../util/errors.ts';
import type { ExecResult } from '../../util/exec.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { foundMirror } from '../mirror/mirror-inside.ts';
import { hubRedactor } from '../redact-hub.ts';

export interface Program {
  /** argv before the arguments: a door of the action. */
  readonly program: readonly string[];
  readonly args: readonly string[];
  /** What it makes, as the condition of a failure: `ImageCreated`. */
  readonly makes: string;
}

/** Runs the installer of the job's release; what it says goes into the job's log line by line. @throws StepFailed in its own words. */
export function runInstaller(input: ActionInput, deps: ActionDeps, context: StepContext, args: readonly string[], makes: string): Promise<ExecResult> {
  return runProgram(input, deps, context, { program: deps.installer, args, makes });
}

/** The same for a program that stands beside the installer. */
export async function runProgram(input: ActionInput, deps: ActionDeps, context: StepContext, { program, args, makes }: Program): Promise<ExecResult> {
  const redact = hubRedactor(input.pullSecret);
  const onOutput = (chunk: string, stream: 'stdout' | 'stderr'): void => {
    // What it prints is for whoever asked; what it says is for people.
    if (stream === 'stdout') return;
    chunk
      .split('\n')
      .filter(Boolean)
      .forEach((line) => context.log(redact(line)));
  };
  try {
    return await deps.exec([...program, ...args], { signal: context.signal, env: { [RELEASE_OVERRIDE]: releaseImage(input, context) }, onOutput });
  } catch (error) {
    if (!isLabwrightError(error) || error.code !== 'exec_failed') throw error;
    throw installerFailed(input, makes, redact(error.message), error);
  }
}

/** The release as the job has it: the mirrored one, once it was found. */
export function releaseImage({ release }: Pick<ActionInput, 'release'>, { memory }: Pick<StepContext, 'memory'>): string {
  return foundMirror(memory)?.release ?? release.image;
}

/** Tells `openshift-install` which release to install, whichever it was built for. */
export const RELEASE_OVERRIDE = 'OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE';

export function installerFailed({ cluster }: Pick<ActionInput, 'cluster'>, condition: string, message: string, cause?: unknown): StepFailed {
  const on = { object: cluster.name, condition, reason: 'InstallerFailed', message };
  return new StepFailed('refused', on, { hint: 'read the lines of the installer above', cause });
}
