import { type Command, CommanderError } from 'commander';
import { closest } from '../util/closest.ts';
import { LabwrightError } from '../util/errors.ts';

/**
 * Runs a command with its arguments.
 *
 * @throws LabwrightError `bad_input`, with what to type instead, for options and arguments it does not take.
 */
export async function runCommand(command: Command, argv: readonly string[]): Promise<void> {
  prepare(command, command.name());
  try {
    await command.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help was asked for, or is the answer to a command without its subcommand.
    if (error.code.startsWith('commander.help') || error.code === 'commander.version') process.exitCode = error.exitCode === 0 ? 0 : 2;
    else throw usageError(error);
  }
}

export function unknownCommand(name: string, known: readonly string[]): LabwrightError {
  const near = closest(name, known);
  const what = name.startsWith('-') ? 'option' : 'command';
  return new LabwrightError('bad_input', `unknown ${what} ${name}`, {
    hint: near !== undefined && what === 'command' ? `did you mean ${near}?` : 'labwright --help lists the commands',
  });
}

/** Which command's help explains the mistake. */
const names = new WeakMap<CommanderError, string>();

function prepare(command: Command, name: string): void {
  command.exitOverride((error) => {
    names.set(error, name);
    throw error;
  });
  command.configureOutput({ outputError: () => undefined });
  for (const sub of command.commands) prepare(sub, `${name} ${sub.name()}`);
}

/** commander's sentence is `error: …`, and `(Did you mean …?)` below it. */
function usageError(error: CommanderError): LabwrightError {
  const [, message = error.message, near] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*\?)\))?$/s.exec(error.message) ?? [];
  const help = `${names.get(error) ?? 'labwright'} --help shows what it takes`;
  return new LabwrightError('bad_input', message, { hint: near === undefined ? help : near.replace('Did', 'did'), cause: error });
}
