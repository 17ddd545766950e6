import { Command } from 'commander';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { CHECKS, checkLab } from '../machines/preflight/check-lab.ts';
import { reportLines } from '../machines/preflight/report-lines.ts';
import { LabwrightError } from '../util/errors.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { plannedLab } from './planned-lab.ts';
import { table } from './table.ts';

const EXAMPLES = `
Looks at every host by ssh, and at the segment from the jumphost: who answers for each planned address, who offers addresses to
strangers, what the lab's names are. Changes nothing. Each finding has the id of its check; docs/preflight.md has them all.
Exit codes: 0 no errors (warnings may be), 1 errors or a host that could not be looked at, 2 the lab file is wrong.

Examples:
  labwright lab check my-lab
  labwright lab check my-lab --json | jq '.findings[] | {id, on, message}'
  labwright lab check --list
`;

/** `labwright lab check PATH`. */
export function labCheckCommand(): Command {
  return new Command('check')
    .description('look for what would spoil an installation: clashes, rogue servers, full disks, wrong names')
    .argument('[path]', 'a lab file, or a folder with lab.yml in it')
    .option('--json', 'print the report as JSON')
    .option('--list', 'print the checks instead')
    .addHelpText('after', EXAMPLES)
    .action(check);
}

async function check(path: string | undefined, flags: { readonly json?: boolean; readonly list?: boolean }): Promise<void> {
  if (flags.list) return list(flags.json === true);
  if (path === undefined) throw new LabwrightError('bad_input', 'which lab?', { hint: 'name a lab file, or a folder with lab.yml in it' });
  const plan = await plannedLab(path);
  if (!plan) return;
  await using hosts = new LabHosts(plan);
  const report = await checkLab(hosts, plan, interruptSignal());
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportLines(report).join('\n')}\n`);
  if (!report.ok) process.exitCode = 1;
}

function list(json: boolean): void {
  const rows = CHECKS.map(({ id, severity, finds, fix }) => ({ id, severity, finds, fix }));
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else process.stdout.write(table([['ID', 'SEVERITY', 'FINDS'], ...rows.map(({ id, severity, finds }) => [id, severity, finds])]));
}
