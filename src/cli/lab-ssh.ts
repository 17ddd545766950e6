import { Command } from 'commander';
import { forgetHostKey } from '../machines/reach/forget-host-keys.ts';
import { machineOfName } from '../machines/reach/machine-of-name.ts';
import { LabwrightError } from '../util/errors.ts';
import { handOver, reachLab } from './reach-lab.ts';

interface Flags {
  readonly lab: string;
  readonly user: string;
  readonly newKey?: true;
}

const EXAMPLES = `
Through the jumphost. The host key is taken down at the first connection to a generation of a machine (it has a new one after
lab reset, when a job installs it and when another claim has it) and must be the same ever after. --new-key is for a machine that
somebody installed by hand: what was known of it is forgotten. Exit code: that of the command, 255 when ssh fails.

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
    .option('--new-key', 'forget the host key of this node: it was installed anew by hand')
    .addHelpText('after', EXAMPLES)
    .action(ssh);
}

async function ssh(name: string, command: readonly string[], { lab, user, newKey }: Flags): Promise<void> {
  const reached = await reachLab(lab, user, name);
  if (!reached) return;
  const { plan, generations, configPath, knownHostsDir } = reached;
  const machine = [plan.jumphost, ...plan.servers].some((host) => host.name === name) ? undefined : machineOfName(plan, name);
  if (machine && generations.size === 0) {
    throw new LabwrightError('not_found', `${machine.name} is not on ${machine.server}, or ${machine.server} does not answer`, {
      hint: 'labwright lab status says which',
    });
  }
  if (newKey) {
    if (!machine) throw new LabwrightError('bad_input', `${name} is no node: its key is in your own known_hosts`, { hint: `ssh-keygen -R ${name}` });
    forgetHostKey(knownHostsDir, plan, machine.name);
  }
  await handOver(['ssh', '-F', configPath, machine?.name ?? name, ...(command.length > 0 ? ['--', ...command] : [])]);
}
