import { readFileSync } from 'node:fs';
import { formatDiagnostic } from '../util/diagnostic.ts';
import { isLabwrightError, messageOf } from '../util/errors.ts';

/** Writes an error for a person, on stderr: what failed, where in a file if it is there, what to do. A stack only with LABWRIGHT_DEBUG. */
export function printError(error: unknown): void {
  const debug = process.env['LABWRIGHT_DEBUG'];
  const { message, at, hint } = isLabwrightError(error)
    ? error
    : { message: messageOf(error), at: undefined, hint: debug ? undefined : 'this is a defect of labwright; LABWRIGHT_DEBUG=1 shows where it happened' };
  process.stderr.write(`${formatDiagnostic({ id: 'error', severity: 'error', message, hint, at }, lineOf)}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

function lineOf(path: string, line: number): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')[line - 1];
  } catch {
    // The message says enough without it.
    return undefined;
  }
}
