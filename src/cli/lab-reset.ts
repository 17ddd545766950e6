import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import { readClaims } from '../machines/claims-store.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { resetMachines } from '../machines/reset-machines.ts';
import { resetTargets } from '../machines/reset-targets.ts';
import { confirmed } from './confirmed.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { lockLab } from './lock-lab.ts';
import { planLabFile } from './plan-lab-file.ts';
import { reportText } from './report-text.ts';
import { showProgress } from './show-progress.ts';

interface Flags {
  readonly lab: string;
  readonly because: string;
  readonly start?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
The VMs are switched off, get empty disks of the planned size and lose their NVRAM, media and boot override. UUID, MAC, BMC and
disk serials stay, and the machine's generation goes up by one. Refused while a job or another cluster holds one of them.

Examples:
  labwright lab reset cluster1 --lab my-lab --because 'install 4.20 anew'
  labwright lab reset cluster1-worker-3 --lab my-lab --because 'its disk is broken' --start --yes
`;

/** `labwright lab reset CLUSTER|NODE`. */
export function labResetCommand(): Command {
  return new Command('reset')
    .description('make the VMs of a cluster, or one, as new for another installation: everything on their disks is lost')
    .argument('<name>', 'a cluster, or a machine (CLUSTER-NODE)')
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .requiredOption('--because <text>', 'why; it is kept with each machine')
    .option('--start', 'power them on afterwards')
    .option('--dry-run', 'say what would be reset')
    .option('--yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(reset);
}

async function reset(name: string, flags: Flags): Promise<void> {
  using _lock = flags.dryRun ? undefined : await lockLab(flags.lab);
  const { result, claimsPath } = await planLabFile(flags.lab);
  const { plan } = result;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const machines = resetTargets(plan, readClaims(claimsPath, plan.lab), name);
  const signal = interruptSignal();
  if (!flags.dryRun && flags.yes !== true)
    await confirmed(
      'reset',
      machines.map((machine) => `${machine.server}: everything on the disks of ${machine.name}`),
      signal,
    );
  await using hosts = new LabHosts(plan);
  await using progress = showProgress();
  const cause = `${flags.because} (${userInfo().username}@${hostname()}, ${new Date().toISOString()})`;
  const report = await resetMachines({ hosts, progress }, plan, machines, { cause, start: flags.start === true, dryRun: flags.dryRun === true, signal });
  await progress.end();
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.failures.length > 0) process.exitCode = 1;
}
