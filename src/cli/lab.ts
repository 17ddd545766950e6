import { Command } from 'commander';
import { labPlanCommand } from './lab-plan.ts';

/** `labwright lab`: one file per subcommand. */
export function command(): Command {
  return new Command('lab').description('plan a lab').addCommand(labPlanCommand());
}
