import { Command } from 'commander';
import { sentenceOf } from '../machines/changes/change.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { labStatus, type LabStatus } from '../machines/lab-status.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { plannedLab } from './planned-lab.ts';
import { table } from './table.ts';

const EXAMPLES = `
WANTED is running for machines of the tiny profile; for others defined is enough: their installation powers them on. PLANNED is the
machine's address, LEASE what DHCP gave it. "differs" lines are what labwright lab apply would change, and
what that means; "left over" is what this lab made and no longer plans.

Examples:
  labwright lab status my-lab
  labwright lab status my-lab --json | jq '.machines[] | {name, state, lease}'
  labwright lab status my-lab >/dev/null || labwright lab apply my-lab
`;

/** `labwright lab status PATH`. Exit code 0 when the lab is as planned, else 1. */
export function labStatusCommand(): Command {
  return new Command('status')
    .description('compare a lab with its plan; changes nothing; exit code 1 when they differ')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--json', 'print {lab, asPlanned, servers, machines, dnsmasq, changes, leftovers, failures, unseen} as JSON')
    .addHelpText('after', EXAMPLES)
    .action(status);
}

async function status(path: string, flags: { readonly json?: boolean }): Promise<void> {
  const plan = await plannedLab(path);
  if (!plan) return;
  await using hosts = new LabHosts(plan);
  const found = await labStatus({ hosts }, plan, interruptSignal());
  process.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : text(found));
  if (!found.asPlanned) process.exitCode = 1;
}

function text({ lab, servers, machines, dnsmasq, changes, leftovers, failures, unseen, asPlanned }: LabStatus): string {
  const places = servers.map((one) => [one.name, one.bridge, one.network, `${one.found ?? '?'} of ${one.planned}`]);
  const rows = machines.map((one) => [one.name, one.server, one.cluster ?? '-', one.wanted, one.state, one.address ?? '-', one.lease ?? '-']);
  const lines = changes.map((change) => `differs: ${sentenceOf(change)}`);
  for (const { on, kind, name, detail } of leftovers) lines.push(`left over: ${on}: ${kind} ${name}: ${detail}`);
  for (const { message, hint } of failures) lines.push(`failed: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`]));
  for (const { message } of unseen) lines.push(`not looked at: ${message}`);
  const count = (all: readonly unknown[], what: string): string => `${all.length} ${what}${all.length === 1 ? '' : 's'}`;
  const sum = [
    ...(asPlanned ? ['as planned'] : []),
    ...(changes.length > 0 ? [`${count(changes, 'difference')} for labwright lab apply`] : []),
    ...(leftovers.length > 0 ? [`${count(leftovers, 'leftover')} for labwright lab apply --prune`] : []),
    ...(failures.length > 0 ? [`${count(failures, 'host')} not seen`] : []),
    dnsmasq === 'libvirt' ? 'DHCP and DNS by libvirt' : `dnsmasq ${dnsmasq}`,
  ];
  lines.push(`lab ${lab}: ${sum.join(', ')}`);
  const both = [
    table([['SERVER', 'BRIDGE', 'NETWORK', 'VMS'], ...places]),
    table([['MACHINE', 'SERVER', 'CLUSTER', 'WANTED', 'STATE', 'PLANNED', 'LEASE'], ...rows]),
  ];
  return `${both.join('\n')}\n${lines.join('\n')}\n`;
}
