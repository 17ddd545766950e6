import { Command } from 'commander';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { labDrift, type LabDrift } from '../machines/lab-drift.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { plannedLab } from './planned-lab.ts';
import { table } from './table.ts';

const EXAMPLES = `
What labwright made carries what it was made from, so that a lab file that was changed since is no drift: lab status shows that.
labwright lab apply puts everything right.

Examples:
  labwright lab drift my-lab
  labwright lab drift my-lab --json | jq '.drift[] | {name, field, wanted, found}'
`;

/** `labwright lab drift PATH`. Exit code 1 when something was changed by hand, or a host could not be looked at. */
export function labDriftCommand(): Command {
  return new Command('drift')
    .description('say what was changed by hand since it was applied; changes nothing; exit code 1 when something was')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--json', 'print {lab, drift: [{on, kind, name, field, wanted, found}], notApplied, failures, unseen} as JSON')
    .addHelpText('after', EXAMPLES)
    .action(drift);
}

async function drift(path: string, flags: { readonly json?: boolean }): Promise<void> {
  const plan = await plannedLab(path);
  if (!plan) return;
  await using hosts = new LabHosts(plan);
  const found = await labDrift({ hosts }, plan, interruptSignal());
  process.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : text(found));
  if (found.drift.length > 0 || found.failures.length > 0) process.exitCode = 1;
}

function text({ lab, drift: all, notApplied, failures, unseen }: LabDrift): string {
  const rows = all.map(({ on, kind, name, field, wanted, found }) => [on, `${kind} ${name}`, field, wanted ?? '-', found ?? '-']);
  const lines = failures.flatMap(({ message, hint }) => [`failed: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])]);
  for (const { message } of unseen) lines.push(`not looked at: ${message}`);
  const pending = notApplied === 0 ? '' : `; ${notApplied} planned ${notApplied === 1 ? 'change is' : 'changes are'} not applied yet`;
  const objects = new Set(all.map(({ on, kind, name }) => `${on} ${kind} ${name}`)).size;
  lines.push(
    `lab ${lab}: ${objects === 0 ? 'nothing' : `${objects} object${objects === 1 ? '' : 's'}`} changed by hand${objects === 0 ? '' : '; labwright lab apply puts it right'}${pending}`,
  );
  const head = rows.length === 0 ? '' : table([['ON', 'OBJECT', 'WHAT', 'WANTED', 'FOUND'], ...rows]);
  return `${head}${lines.join('\n')}\n`;
}
