import { Command } from 'commander';
import { runOpenshiftInstall } from '../rehearsal/installer/openshift-install.ts';

/** Stands where `openshift-install` would on a real jumphost; nobody types it. */
export function openshiftInstallCommand(): Command {
  return new Command('openshift-install')
    .description('stand in for openshift-install in a rehearsal')
    .argument('<arguments...>')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (given: readonly string[]) => {
      process.exitCode = await runOpenshiftInstall(given);
    });
}
