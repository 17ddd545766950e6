import { Command } from 'commander';
import { sentenceOf } from '../machines/changes/change.ts';
import { destroyLab, findRemovals, removalsReport } from '../machines/destroy-lab.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { systemClock } from '../util/clock.ts';
import { confirmed } from './confirmed.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { lockLab } from './lock-lab.ts';
import { plannedLab } from './planned-lab.ts';
import { reportText } from './report-text.ts';
import { showProgress } from './show-progress.ts';
import { forgetHostKeys } from '../machines/reach/forget-host-keys.ts';
import { readLab } from './read-lab.ts';

interface DestroyFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  labwright lab destroy my-lab --dry-run    look only
  labwright lab destroy my-lab --yes        from a script
`;

/** `labwright lab destroy PATH`. */
export function labDestroyCommand(): Command {
  return new Command('destroy')
    .description('remove everything that labwright made for this lab, disks included, and nothing else')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'look at every host and print what would be removed')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(destroy);
}

async function destroy(path: string, flags: DestroyFlags): Promise<void> {
  using _lock = flags.dryRun ? undefined : await lockLab(path);
  const plan = await plannedLab(path);
  if (!plan) return;
  const signal = interruptSignal();
  await using hosts = new LabHosts(plan);
  await using progress = showProgress();
  const deps = { hosts, clock: systemClock, progress };
  const found = await findRemovals(deps, plan, signal);
  await progress.end();
  const dryRun = flags.dryRun === true;
  if (!dryRun && flags.yes !== true && found.removals.length > 0) await confirmed('destroy', found.removals.map(sentenceOf), signal);
  const report = dryRun ? removalsReport(plan, found) : await destroyLab(deps, plan, found, signal);
  await progress.end();
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.failures.length > 0) process.exitCode = 1;
  else if (!dryRun) forgetHostKeys((await readLab(path)).labPath, plan);
}
