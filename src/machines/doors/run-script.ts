import { isLabwrightError, LabwrightError } from '../../util/errors.ts';
import type { Exec, ExecOptions, ExecResult } from '../../util/exec.ts';

export interface Script {
  /** What it is for, in the imperative: "list the domains". */
  readonly purpose: string;
  /** POSIX shell; `$1` and on are `args`. */
  readonly text: string;
  readonly args?: readonly string[];
}

/** Runs a small shell script on a host. When it fails, the error says what it was for and not how it was written. */
export async function runScript(exec: Exec, { purpose, text, args = [] }: Script, options: ExecOptions = {}): Promise<ExecResult> {
  try {
    return await exec(['sh', '-c', text, 'sh', ...args], options);
  } catch (error) {
    const result = isLabwrightError(error) && error.code === 'exec_failed' ? (error.cause as Partial<ExecResult> | undefined) : undefined;
    if (result?.stderr === undefined) throw error;
    const missing = /(\S+): (?:command )?not found\s*$/.exec(result.stderr.trim())?.[1];
    throw new LabwrightError('exec_failed', `${result.host} cannot ${purpose}: ${result.stderr.trim().slice(-400) || `exit code ${result.exitCode}`}`, {
      cause: error,
      ...(missing !== undefined && { hint: `install ${missing} on ${result.host}` }),
    });
  }
}
