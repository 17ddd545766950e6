import { isLabwrightError, messageOf } from '../util/errors.ts';

/** Writes an error for a person, on stderr: what failed, then what to do. A stack only with LABWRIGHT_DEBUG. */
export function printError(error: unknown): void {
  const { stderr } = process;
  if (isLabwrightError(error)) {
    const at = error.at ? `${error.at.path}:${error.at.line}:${error.at.column}: ` : '';
    stderr.write(`${at}${error.message}\n`);
    if (error.hint !== undefined) stderr.write(`hint: ${error.hint}\n`);
  } else {
    stderr.write(`${messageOf(error)}\n`);
  }
  if (process.env['LABWRIGHT_DEBUG'] && error instanceof Error) stderr.write(`${error.stack}\n`);
}
