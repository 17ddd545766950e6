import { Command } from 'commander';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { prepareLab, targetsOf } from '../machines/prepare/prepare-lab.ts';
import { REQUIREMENTS } from '../machines/prepare/requirements.ts';
import { LabwrightError } from '../util/errors.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { lockLab } from './lock-lab.ts';
import { collected, portNumber } from './options.ts';
import { plannedLab } from './planned-lab.ts';
import { reportText } from './report-text.ts';
import { showProgress } from './show-progress.ts';
import { table } from './table.ts';

interface PrepareFlags {
  readonly check?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly sushyTools?: number;
  readonly target: readonly string[];
  readonly skip: readonly string[];
}

const EXAMPLES = `
Makes servers with planned VMs hypervisors, and the jumphost what it has to be: packages, libvirt, nested virtualisation, labels,
kernel settings, a storage pool, a clock, open ports, the bridge. Debian and the RHEL family. A second run changes nothing.
Exit codes: 0 all is there, 1 something is missing or could not be made, 2 the lab file is wrong.

Examples:
  labwright lab prepare my-lab --check                 look only
  labwright lab prepare my-lab --target server01       one host
  labwright lab prepare my-lab --skip TIME             hosts whose clocks somebody else keeps
  labwright lab prepare --list                         what is looked at, and why
`;

/** `labwright lab prepare PATH`. */
export function labPrepareCommand(): Command {
  return new Command('prepare')
    .description('make servers hypervisors and the jumphost a jumphost, before the first apply')
    .argument('[path]', 'a lab file, or a folder with lab.yml in it')
    .option('--check', 'look only')
    .option('--target <host>', 'only this server, or the jumphost; may be repeated', collected, [])
    .option('--skip <id>', 'leave this requirement to somebody else; may be repeated', collected, [])
    .option('--sushy-tools <port>', 'also run sushy-tools on each server, for an agent with --sushy-tools', portNumber)
    .option('--list', 'print the requirements instead')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(prepare);
}

async function prepare(path: string | undefined, flags: PrepareFlags): Promise<void> {
  const rows = [
    ...REQUIREMENTS.map(({ id, roles, why }) => ({ id, roles, why })),
    { id: 'BRIDGE', roles: ['hypervisor'], why: 'VMs of all servers share one network with the jumphost' },
  ];
  if (flags.list) {
    process.stdout.write(
      flags.json ? `${JSON.stringify(rows, null, 2)}\n` : table([['ID', 'OF', 'WHY'], ...rows.map(({ id, roles, why }) => [id, roles.join(', '), why])]),
    );
    return;
  }
  if (path === undefined) throw new LabwrightError('bad_input', 'which lab?', { hint: 'name a lab file, or a folder with lab.yml in it' });
  known(
    'requirement',
    flags.skip,
    rows.map(({ id }) => id),
  );
  using _lock = flags.check ? undefined : await lockLab(path);
  const plan = await plannedLab(path);
  if (!plan) return;
  known(
    'host to prepare',
    flags.target,
    targetsOf(plan).map(({ host }) => host),
  );
  await using hosts = new LabHosts(plan);
  await using progress = showProgress();
  const options = { targets: flags.target, skip: flags.skip, sushyToolsPort: flags.sushyTools, check: flags.check === true, signal: interruptSignal() };
  const report = await prepareLab({ hosts, progress }, plan, options);
  await progress.end();
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : reportText({ ...report, unseen: [] }));
  if (report.failures.length > 0 || (flags.check && report.changes.length > 0)) process.exitCode = 1;
}

function known(what: string, named: readonly string[], all: readonly string[]): void {
  const stranger = named.find((one) => !all.includes(one));
  if (stranger !== undefined) throw new LabwrightError('bad_input', `there is no ${what} ${stranger}`, { hint: `one of ${all.join(', ')}` });
}
