import { Command } from 'commander';
import { labPaths } from '../machines/lab-paths.ts';
import { machineOfName } from '../machines/reach/machine-of-name.ts';
import { CONSOLE_CLIENT } from '../machines/reach/console-client.ts';
import { LabwrightError } from '../util/errors.ts';
import { shellWord } from '../util/shell-word.ts';
import { handOver, reachLab } from './reach-lab.ts';

interface Flags {
  readonly lab: string;
  readonly log?: boolean;
}

const EXAMPLES = `
The serial console of a VM, on its server; Ctrl-] leaves it; one at a time has it. --log prints what it has said so far instead: libvirt keeps it.

Examples:
  labwright lab console cluster1-master-0 --lab my-lab
  labwright lab console cluster1-master-0 --lab my-lab --log | tail
`;

/** `labwright lab console NODE`. */
export function labConsoleCommand(): Command {
  return new Command('console')
    .description('open the serial console of a VM, or print its log')
    .argument('<node>', 'a machine (CLUSTER-NODE or CLUSTER/NODE)')
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .option('--log', 'print what the console has said so far')
    .addHelpText('after', EXAMPLES)
    .action(open);
}

async function open(name: string, { lab, log }: Flags): Promise<void> {
  const reached = await reachLab(lab, 'core', name);
  if (!reached) return;
  const { plan, configPath } = reached;
  const machine = machineOfName(plan, name);
  if (machine.kind !== 'vm') throw new LabwrightError('bad_input', `${machine.name} is bare metal: its console is its BMC’s`, { hint: 'open it in the BMC' });
  const user = plan.servers.find((server) => server.name === machine.server)?.ssh?.user ?? 'root';
  const asRoot = user === 'root' ? [] : ['sudo', '-n', '--'];
  const { logsDir, consolesDir } = labPaths(plan);
  const command = log ? ['cat', `${logsDir}/${machine.name}.log`] : ['python3', '-c', CONSOLE_CLIENT, `${consolesDir}/${machine.name}`];
  await handOver(['ssh', '-F', configPath, ...(log ? [] : ['-tt']), machine.server, '--', [...asRoot, ...command].map(shellWord).join(' ')]);
}
