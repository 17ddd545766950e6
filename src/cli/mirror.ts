import { Command } from 'commander';
import { mirrorPlanCommand } from './mirror-plan.ts';
import { mirrorSyncCommand } from './mirror-sync.ts';

const EXAMPLES = `
Examples:
  labwright mirror plan release.json --registry registry.our.lab:5000      which images, and where they must be
  labwright mirror sync release.json --registry registry.our.lab:5000      copy what is not there yet
`;

/** `labwright mirror`: one file per subcommand. */
export function command(): Command {
  return new Command('mirror')
    .description('see what a lab without a way out must hold, and bring it there')
    .addHelpText('after', EXAMPLES)
    .addCommand(mirrorPlanCommand())
    .addCommand(mirrorSyncCommand());
}
