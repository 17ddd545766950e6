import { Command } from 'commander';
import { labApplyCommand } from './lab-apply.ts';
import { labDestroyCommand } from './lab-destroy.ts';
import { labPlanCommand } from './lab-plan.ts';
import { labStatusCommand } from './lab-status.ts';

/** `labwright lab`: one file per subcommand. */
export function command(): Command {
  const lab = new Command('lab').description('plan, apply, inspect and destroy a lab');
  for (const one of [labPlanCommand, labApplyCommand, labStatusCommand, labDestroyCommand]) lab.addCommand(one());
  return lab;
}
