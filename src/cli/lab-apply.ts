import { Command } from 'commander';
import { applyLab } from '../machines/apply-lab.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { systemClock } from '../util/clock.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { lockLab } from './lock-lab.ts';
import { plannedLab } from './planned-lab.ts';
import { reportText } from './report-text.ts';
import { showProgress } from './show-progress.ts';

interface ApplyFlags {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
  readonly target: readonly string[];
}

const EXAMPLES = `
Examples:
  labwright lab apply my-lab --dry-run                 look only
  labwright lab apply my-lab --target cluster1         one cluster and what it stands on
`;

/** `labwright lab apply PATH`. */
export function labApplyCommand(): Command {
  return new Command('apply')
    .description('make bridges, networks, VMs, DHCP and DNS as planned; changes only what differs')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--dry-run', 'look at every host and print what would change')
    .option(
      '--target <name>',
      'only this server, cluster or machine, and what it stands on; may be repeated',
      (name: string, all: string[]) => [...all, name],
      [],
    )
    .option('--prune', 'also take away machines and disks that this lab made and no longer plans')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(apply);
}

async function apply(path: string, flags: ApplyFlags): Promise<void> {
  // Before the plan is made, which another apply or a claim may change.
  using _lock = flags.dryRun ? undefined : await lockLab(path);
  const plan = await plannedLab(path);
  if (!plan) return;
  await using hosts = new LabHosts(plan);
  const options = { targets: flags.target, prune: flags.prune === true, dryRun: flags.dryRun === true, signal: interruptSignal() };
  await using progress = showProgress();
  const report = await applyLab({ hosts, clock: systemClock, progress }, plan, options);
  await progress.end();
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.failures.length > 0) process.exitCode = 1;
}
