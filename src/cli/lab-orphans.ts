import { Command } from 'commander';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { deleteOrphans, findOrphans, type FoundOrphans } from '../machines/orphans/find-orphans.ts';
import { systemClock } from '../util/clock.ts';
import { confirmed } from './confirmed.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { lockLab } from './lock-lab.ts';
import { plannedLab } from './planned-lab.ts';
import { reportText } from './report-text.ts';
import { showProgress } from './show-progress.ts';
import { table } from './table.ts';

interface Flags {
  readonly delete?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Machines, disks, boot images, NVRAM files, bridge ports, libvirt networks, dnsmasq files and leases that the lab file does not know.
ours: it carries a mark of this lab. foreign: one of another lab. unknown: no mark. Only what is ours is ever deleted.
Exit code 1 when a host could not be looked at, or something not deleted; orphans alone are no failure.

Examples:
  labwright lab orphans my-lab                   look only
  labwright lab orphans my-lab --delete          asks first
  labwright lab orphans my-lab --delete --yes    from a script
`;

/** `labwright lab orphans PATH`. */
export function labOrphansCommand(): Command {
  return new Command('orphans')
    .description('list what is on the hosts and not in the lab file: ours, foreign or unknown; deletes nothing without --delete')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--delete', 'delete what is ours')
    .option('--yes', 'do not ask')
    .option('--json', 'print {lab, orphans: [{on, kind, name, owner, evidence}], failures}, or the report of --delete, as JSON')
    .addHelpText('after', EXAMPLES)
    .action(orphans);
}

async function orphans(path: string, flags: Flags): Promise<void> {
  using _lock = flags.delete ? await lockLab(path) : undefined;
  const plan = await plannedLab(path);
  if (!plan) return;
  const signal = interruptSignal();
  await using hosts = new LabHosts(plan);
  const found = await findOrphans(hosts, plan, signal);
  if (found.failures.length > 0) process.exitCode = 1;
  if (!flags.delete) {
    const { failures } = found;
    const listed = found.orphans.map(({ on, kind, name, owner, evidence }) => ({ on, kind, name, owner, evidence }));
    process.stdout.write(flags.json ? `${JSON.stringify({ lab: plan.lab, orphans: listed, failures }, null, 2)}\n` : text(plan.lab, found));
    return;
  }
  const ours = found.orphans.filter(({ owner }) => owner === 'ours').map(({ on, kind, name, evidence }) => `${on}: delete ${kind} ${name}: ${evidence}`);
  if (flags.yes !== true && ours.length > 0) await confirmed('orphans --delete', ours, signal);
  await using progress = showProgress();
  const report = await deleteOrphans({ hosts, clock: systemClock, progress }, plan, found, signal);
  await progress.end();
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.failures.length > 0) process.exitCode = 1;
}

function text(lab: string, { orphans: all, failures }: FoundOrphans): string {
  const rows = all.map(({ on, kind, name, owner, evidence }) => [owner, on, kind, name, evidence]);
  const count = (owner: string): number => all.filter((one) => one.owner === owner).length;
  const lines = failures.flatMap(({ message, hint }) => [`not looked at: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])]);
  const next = count('ours') > 0 ? '; --delete takes away what is ours' : '';
  const sum = all.length === 0 ? 'nothing that the lab file does not know' : `${count('ours')} ours, ${count('foreign')} foreign, ${count('unknown')} unknown`;
  lines.push(`lab ${lab}: ${sum}${next}`);
  return `${rows.length === 0 ? '' : table([['OWNER', 'ON', 'KIND', 'NAME', 'WHY'], ...rows])}${lines.join('\n')}\n`;
}
