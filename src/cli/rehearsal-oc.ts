import { Command } from 'commander';
import { runOc } from '../rehearsal/installer/oc.ts';
import { PROCESS } from '../rehearsal/installer/openshift-install.ts';

/** Stands where `oc` would on a real jumphost; nobody types it. */
export function ocCommand(): Command {
  return new Command('oc')
    .description('stand in for oc in a rehearsal')
    .argument('<arguments...>')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (given: readonly string[]) => {
      process.exitCode = await runOc(given, PROCESS);
    });
}
