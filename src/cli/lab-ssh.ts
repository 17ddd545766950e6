import { Command } from 'commander';
import { machineOfName } from '../machines/reach/machine-of-name.ts';
import { LabwrightError } from '../util/errors.ts';
import { handOver, reachLab } from './reach-lab.ts';

interface Flags {
  readonly lab: string;
  readonly user: string;
}

const EXAMPLES = `
Through the jumphost. The host key is taken down at the first connection to a generation of a machine (it has a new one after
lab reset, and when another claim has it) and must be the same ever after. Exit code: that of the command, 255 when ssh fails.

Examples:
  labwright lab ssh cluster1-master-0 --lab my-lab
  labwright lab ssh cluster1/master-0 --lab my-lab -- sudo crictl ps
  labwright lab ssh server01 --lab my-lab
`;

/** `labwright lab ssh NODE [-- CMD]`. */
export function labSshCommand(): Command {
  return new Command('ssh')
    .description('log in to a node, a server or the jumphost, or run a command there')
    .argument('<node>', 'a machine (CLUSTER-NODE or CLUSTER/NODE), a server, or the jumphost')
    .argument('[command...]', 'to run there; after --')
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .option('--user <name>', 'the account on nodes', 'core')
    .addHelpText('after', EXAMPLES)
    .action(ssh);
}

async function ssh(name: string, command: readonly string[], { lab, user }: Flags): Promise<void> {
  const reached = await reachLab(lab, user, name);
  if (!reached) return;
  const { plan, generations, configPath } = reached;
  const machine = [plan.jumphost, ...plan.servers].some((host) => host.name === name) ? undefined : machineOfName(plan, name);
  if (machine && generations.size === 0) {
    throw new LabwrightError('not_found', `${machine.name} is not on ${machine.server}, or ${machine.server} does not answer`, {
      hint: 'labwright lab status says which',
    });
  }
  await handOver(['ssh', '-F', configPath, machine?.name ?? name, ...(command.length > 0 ? ['--', ...command] : [])]);
}
