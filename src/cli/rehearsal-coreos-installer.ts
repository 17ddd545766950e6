import { Command } from 'commander';
import { runCoreosInstaller } from '../rehearsal/installer/coreos-installer.ts';

/** Stands where `coreos-installer` would on a real jumphost; nobody types it. */
export function coreosInstallerCommand(): Command {
  return new Command('coreos-installer')
    .description('stand in for coreos-installer in a rehearsal')
    .argument('<arguments...>')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (given: readonly string[]) => {
      process.exitCode = await runCoreosInstaller(given);
    });
}
