import { Command } from 'commander';
import { labApplyCommand } from './lab-apply.ts';
import { labCapacityCommand } from './lab-capacity.ts';
import { labCheckCommand } from './lab-check.ts';
import { labClaimCommand, labReleaseCommand } from './lab-claim.ts';
import { labConsoleCommand } from './lab-console.ts';
import { labDestroyCommand } from './lab-destroy.ts';
import { labDriftCommand } from './lab-drift.ts';
import { labImportCommand } from './lab-import.ts';
import { labInventoryCommand } from './lab-inventory.ts';
import { labKubeconfigCommand } from './lab-kubeconfig.ts';
import { labOrphansCommand } from './lab-orphans.ts';
import { labPrepareCommand } from './lab-prepare.ts';
import { labPlanCommand } from './lab-plan.ts';
import { labResetCommand } from './lab-reset.ts';
import { labRenderCommand } from './lab-render.ts';
import { labSchemaCommand } from './lab-schema.ts';
import { labShowCommand } from './lab-show.ts';
import { labSshCommand } from './lab-ssh.ts';
import { labSshConfigCommand } from './lab-ssh-config.ts';
import { labStatusCommand } from './lab-status.ts';

const EXAMPLES = `
Examples:
  labwright lab plan examples/pretty-lab         addresses, names and VMs of a lab
  labwright lab capacity my-lab --kind ipi-3+3   how many more fit, and what stops the next one
  labwright lab prepare my-lab --check           what its servers and jumphost lack before the first apply
  labwright lab apply my-lab --dry-run           what would change on its hosts
  labwright lab check my-lab                     what would spoil an installation
  labwright lab claim hub2 --lab my-lab          let a cluster have its machines
  labwright lab status my-lab                    what runs, and what is not as planned
`;

/** `labwright lab`: one file per subcommand. */
export function command(): Command {
  const lab = new Command('lab').description('plan, apply, inspect and destroy a lab').addHelpText('after', EXAMPLES);
  const commands = [
    labPlanCommand,
    labCapacityCommand,
    labClaimCommand,
    labReleaseCommand,
    labPrepareCommand,
    labApplyCommand,
    labCheckCommand,
    labShowCommand,
    labImportCommand,
    labInventoryCommand,
    labRenderCommand,
    labStatusCommand,
    labDriftCommand,
    labOrphansCommand,
    labSshCommand,
    labConsoleCommand,
    labSshConfigCommand,
    labKubeconfigCommand,
    labResetCommand,
    labDestroyCommand,
    labSchemaCommand,
  ];
  for (const one of commands) lab.addCommand(one());
  return lab;
}
