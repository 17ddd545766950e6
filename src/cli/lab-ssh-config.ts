import { Command } from 'commander';
import { reachLab } from './reach-lab.ts';

interface Flags {
  readonly user: string;
}

const EXAMPLES = `
Nodes by CLUSTER-NODE, CLUSTER/NODE and NODE.CLUSTER, through the jumphost, with host keys pinned for each generation of a
machine; run it again after lab reset. It is also kept as .labwright/ssh/config beside the lab file.

Examples:
  labwright lab ssh-config my-lab > ~/.ssh/my-lab.conf     and "Include my-lab.conf" in ~/.ssh/config
  ssh -F my-lab/.labwright/ssh/config cluster1-master-0
`;

/** `labwright lab ssh-config PATH`. */
export function labSshConfigCommand(): Command {
  return new Command('ssh-config')
    .description('print an ssh configuration for every host and node of a lab')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--user <name>', 'the account on nodes', 'core')
    .addHelpText('after', EXAMPLES)
    .action(print);
}

async function print(path: string, { user }: Flags): Promise<void> {
  const reached = await reachLab(path, user);
  if (!reached) return;
  process.stdout.write(reached.config);
  const missing = reached.plan.machines.filter(({ name }) => !reached.generations.has(name)).map(({ name }) => name);
  if (missing.length > 0) process.stderr.write(`left out, as they are not there or their servers do not answer: ${missing.join(', ')}\n`);
}
