import { Command } from 'commander';
import { mirrorPlanCommand } from './mirror-plan.ts';

const EXAMPLES = `
Examples:
  labwright mirror plan release.json --registry registry.our.lab:5000      which images, and where they must be
`;

/** `labwright mirror`: one file per subcommand. */
export function command(): Command {
  return new Command('mirror').description('see what a lab without a way out must hold').addHelpText('after', EXAMPLES).addCommand(mirrorPlanCommand());
}
