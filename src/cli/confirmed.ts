import { createInterface } from 'node:readline/promises';
import { LabwrightError } from '../util/errors.ts';

/**
 * Shows what will be removed and asks for a yes.
 *
 * @throws LabwrightError `cancelled` without one, `bad_input` without a terminal to ask on.
 */
export async function confirmed(command: string, removals: readonly string[], signal: AbortSignal): Promise<void> {
  process.stderr.write(`${removals.join('\n')}\n`);
  if (!process.stdin.isTTY)
    throw new LabwrightError('bad_input', `${command} asks before it removes, and there is no terminal`, { hint: 'pass --yes, or --dry-run to look only' });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Remove all of this? Type yes: ', { signal });
  terminal.close();
  if (answer.trim() !== 'yes') throw new LabwrightError('cancelled', 'nothing was removed');
}
