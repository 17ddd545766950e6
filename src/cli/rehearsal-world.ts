import { Command } from 'commander';
import { runWorld } from '../rehearsal/world/run-world.ts';
import { printError } from './print-error.ts';

/** The process behind `up` and `rehearse`; nobody types it. */
export function worldCommand(): Command {
  return new Command('world')
    .description('play the world of a spec file until told to stop')
    .requiredOption('--spec <file>', 'what the world is made of; read once and removed')
    .requiredOption('--state-dir <dir>', 'where its state file goes')
    .action(async (options: { readonly spec: string; readonly stateDir: string }) => {
      const played = runWorld(options.spec, options.stateDir, () => {
        process.send?.('ready');
        process.disconnect?.();
      });
      await played.catch((error: unknown) => {
        process.exitCode = 1;
        printError(error);
      });
      // A socket that somebody else has not closed yet must not keep a world that is over, or did not come up.
      process.exit();
    });
}
