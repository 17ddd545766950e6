import { createHash } from 'node:crypto';
import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { removePaths, writeTextFile } from './files.ts';
import { labPaths } from '../lab-paths.ts';
import { askDns } from './ask-dns.ts';
import { runScript } from './run-script.ts';
import { wrongAnswers, type WantedRecord } from './test-dnsmasq.ts';

/** One MAC's address, as dnsmasq gave it. */
export interface DhcpLease {
  readonly mac: string;
  readonly address: string;
}

/** The dnsmasq of a lab: an instance of its own, so that destroy takes it away whole and never touches the host's. */
export interface DnsmasqState {
  readonly running: boolean;
  /** Hashes of what the running process has read; undefined before the first start. */
  readonly loaded: LoadedFiles | undefined;
  readonly leases: readonly DhcpLease[];
}

export interface LoadedFiles {
  readonly conf: string;
  readonly hosts: string;
  /** Path to hash: which of them was changed since. */
  readonly each: ReadonlyMap<string, string>;
}

interface Places {
  readonly confDir: string;
  readonly hostsDir: string;
  readonly stateDir: string;
  readonly stamp: string;
  readonly leaseFile: string;
  readonly logFile: string;
  readonly pidFile: string;
  readonly unit: string;
}

function placesOf(plan: Pick<LabPlan, 'lab'>): Places {
  const { confDir, stateDir } = labPaths(plan);
  return {
    confDir,
    stateDir,
    hostsDir: `${stateDir}/dhcp-hosts.d`,
    stamp: `${stateDir}/loaded`,
    leaseFile: `${stateDir}/dnsmasq.leases`,
    logFile: `${stateDir}/dnsmasq.log`,
    pidFile: `/run/labwright-${plan.lab}-dnsmasq.pid`,
    unit: `labwright-${plan.lab}-dnsmasq.service`,
  };
}

/** Whether process $1's pid file names a living dnsmasq: a pid alone may be someone else's by now. */
const ALIVE = String.raw`alive() { pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dnsmasq ] && ! grep -q '^State:.Z' "/proc/$pid/status"; }
`;
/** Where systemd runs the host, it runs our dnsmasq too, also after a reboot. */
const SYSTEMD = 'systemd() { [ -d /run/systemd/system ]; }\n';

export async function observeDnsmasq(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<DnsmasqState> {
  const at = placesOf(plan);
  const script = `${ALIVE}if alive "$1"; then printf yes; fi; printf '\\0'; cat "$2" 2>/dev/null; printf '\\0'; cat "$3" 2>/dev/null; exit 0`;
  const { stdout } = await runScript(exec, { purpose: 'look for its dnsmasq', text: script, args: [at.pidFile, at.stamp, at.leaseFile] }, { signal });
  const [alive, stamp = '', leases = ''] = stdout.split('\0');
  return { running: alive === 'yes', loaded: parseStamp(stamp), leases: parseLeases(leases) };
}

/** The hashes of both halves, then a line for each file. */
function formatStamp({ conf, hosts, each }: LoadedFiles): string {
  return [`${conf} ${hosts}`, ...[...each].map(([path, sum]) => `${sum} ${path}`)].map((line) => `${line}\n`).join('');
}

function parseStamp(text: string): LoadedFiles | undefined {
  const [first, ...rest] = text.split('\n').filter((line) => line !== '');
  const [conf, hosts] = first?.split(' ') ?? [];
  const each = new Map(rest.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
  return conf && hosts ? { conf, hosts, each } : undefined;
}

/** Lines of dnsmasq's lease file: expiry, MAC, address, name, client id. The DHCPv6 half has other columns and is left out. */
export function parseLeases(text: string): DhcpLease[] {
  return text.split('\n').flatMap((line) => {
    const [, mac, address] = line.split(' ');
    return mac !== undefined && address !== undefined && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) ? [{ mac, address }] : [];
  });
}

/** What the rendered files hash to, for comparison with what is loaded. */
export function hashFiles(plan: Pick<LabPlan, 'lab'>, files: ReadonlyMap<string, string>): LoadedFiles {
  const { hostsDir } = placesOf(plan);
  const inHosts = ([path]: readonly [string, string]): boolean => path.startsWith(`${hostsDir}/`);
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const each = new Map(sorted.map(([path, text]) => [path, hash([[path, text]])]));
  return { conf: hash(sorted.filter((file) => !inHosts(file))), hosts: hash(sorted.filter(inHosts)), each };
}

function hash(files: readonly (readonly [string, string])[]): string {
  const sum = createHash('sha256');
  for (const [path, text] of files) sum.update(`${path}\0${text}\0`);
  return sum.digest('hex');
}

/** What to load, and how its names must be answered then. */
export interface Load {
  readonly restart: boolean;
  readonly files: LoadedFiles;
  readonly staleLeases: readonly DhcpLease[];
  readonly records: readonly WantedRecord[];
}

/**
 * Makes dnsmasq read what is in place: a restart when its configuration changed, a signal when only reservations did.
 *
 * @throws LabwrightError `refused` when it skips a part of it, or answers otherwise than wanted.
 */
export async function loadDnsmasq(exec: Exec, plan: LabPlan, change: Load, signal: AbortSignal): Promise<void> {
  const at = placesOf(plan);
  if (change.restart) {
    await stopDnsmasq(exec, plan, signal);
    await dropLeases(exec, at, change.staleLeases, signal);
    await start(exec, at, signal);
  } else {
    const text = ': >"$1"; kill -HUP "$(cat "$2")"';
    await runScript(exec, { purpose: 'reload dnsmasq', text, args: [at.logFile, at.pidFile] }, { signal });
  }
  await complain(exec, at, signal);
  const wrong = wrongAnswers(change.records, await askDns(exec, plan.jumphost.address, change.records, signal));
  if (wrong.length > 0)
    throw new LabwrightError('refused', `dnsmasq answers wrongly: ${wrong.join('; ')}`, { hint: 'does another DNS server run on this host? (ss -lunp)' });
  await writeTextFile(exec, { path: at.stamp, text: formatStamp(change.files) }, signal);
}

async function start(exec: Exec, at: Places, signal: AbortSignal): Promise<void> {
  const command = ['dnsmasq', '--conf-file=/dev/null', `--conf-dir=${at.confDir},*.conf`, `--pid-file=${at.pidFile}`, `--log-facility=${at.logFile}`];
  const unit = `[Unit]
Description=DHCP and DNS of a lab (labwright)
After=network.target

[Service]
Type=forking
PIDFile=${at.pidFile}
ExecStart=/usr/bin/env ${command.join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
  const script = `set -eu
${SYSTEMD}log=$1 unit=$2; shift 2
: >"$log"
if systemd; then
  cat >"/etc/systemd/system/$unit"
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  systemctl start "$unit"
else
  "$@"
fi`;
  try {
    await runScript(exec, { purpose: 'start dnsmasq', text: script, args: [at.logFile, at.unit, ...command] }, { signal, stdin: unit });
  } catch (cause) {
    const log = await exec(['tail', '-n', '5', at.logFile], { signal, okExitCodes: [0, 1] });
    throw new LabwrightError('exec_failed', `dnsmasq does not start: ${log.stdout.trim() || (cause as Error).message}`, {
      hint: 'does another DHCP or DNS server run on this host? (ss -lunp)',
      cause,
    });
  }
}

/** Ends the lab's dnsmasq and waits until it is gone. */
export async function stopDnsmasq(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<void> {
  const at = placesOf(plan);
  const script = `${ALIVE}${SYSTEMD}
if systemd && [ -f "/etc/systemd/system/$2" ]; then
  systemctl disable --now --quiet "$2"
  rm "/etc/systemd/system/$2"
  systemctl daemon-reload
fi
if alive "$1"; then kill "$pid"; fi
turns=0
while alive "$1"; do
  turns=$((turns + 1))
  if [ "$turns" -gt 100 ]; then echo "dnsmasq (pid $pid) does not end" >&2; exit 1; fi
  sleep 0.1
done
rm -f "$1"`;
  await runScript(exec, { purpose: 'stop dnsmasq', text: script, args: [at.pidFile, at.unit] }, { signal });
}

/** dnsmasq must not run meanwhile. A lease on an address that now belongs to another MAC would send that one elsewhere. */
async function dropLeases(exec: Exec, at: Places, stale: readonly DhcpLease[], signal: AbortSignal): Promise<void> {
  for (const { mac, address } of stale) {
    // Written in place: the file's owner is the account that dnsmasq runs under.
    const script = 'kept=$(grep -vF " $2 $3 " "$1"); printf "%s\\n" "$kept" >"$1"';
    await runScript(exec, { purpose: `drop the lease of ${mac}`, text: script, args: [at.leaseFile, mac, address] }, { signal });
  }
}

/** dnsmasq skips a bad reservation with a line in its log only; `--test` does not see them. */
async function complain(exec: Exec, at: Places, signal: AbortSignal): Promise<void> {
  const script = 'sleep 0.3; grep -E "duplicate|bad dhcp-host|bad option|illegal|cannot read|failed to" "$1" || true';
  const { stdout } = await runScript(exec, { purpose: 'read the log of dnsmasq', text: script, args: [at.logFile] }, { signal });
  if (stdout.trim() === '') return;
  throw new LabwrightError('refused', `dnsmasq skips a part of its configuration: ${stdout.trim()}`, { hint: 'change the lab file, then apply again' });
}

/** Takes away the instance and everything it kept. */
export async function removeDnsmasq(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<void> {
  const at = placesOf(plan);
  await stopDnsmasq(exec, plan, signal);
  await removePaths(exec, [at.confDir, at.stateDir], signal);
  // The folder above is the lab's; the one above that is shared by labs.
  const text = 'rmdir "$1" "$(dirname "$1")" 2>/dev/null || true';
  await runScript(exec, { purpose: 'remove empty folders', text, args: [at.confDir.replace(/\/[^/]+$/, '')] }, { signal });
}
