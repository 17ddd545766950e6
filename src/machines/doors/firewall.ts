import { createHash, randomBytes } from 'node:crypto';
import type { LabPlan } from '../../lab/plan.ts';
import { renderNftables } from '../../render/nftables.ts';
import type { Exec } from '../../util/exec.ts';
import { keep } from './bridge.ts';
import { writeTextFile } from './files.ts';
import type { Host } from './lab-hosts.ts';
import { runScript } from './run-script.ts';

/** The lab's own table of the jumphost's nftables. */
export interface FirewallState {
  /** The text it was loaded from, as it is kept. */
  readonly file: string | undefined;
  /** `unchanged` since it was loaded; `changed` by somebody; `absent` when the kernel has no such table. */
  readonly table: 'unchanged' | 'changed' | 'absent';
}

const GUARD_SECONDS = 60;

export function firewallPath(plan: Pick<LabPlan, 'lab'>): string {
  return `/etc/labwright/${plan.lab}/nftables.nft`;
}

/** As renderNftables names it. */
function tableOf({ lab }: Pick<LabPlan, 'lab'>): string {
  return `labwright_${lab.replaceAll('-', '_')}`;
}

function stampOf({ lab }: Pick<LabPlan, 'lab'>): string {
  return `/run/labwright-${lab}-nftables.sum`;
}

export async function observeFirewall(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<FirewallState> {
  const text = String.raw`cat "$1" 2>/dev/null; printf '\0'; cat "$3" 2>/dev/null; printf '\0'
! command -v nft >/dev/null || nft list table inet "$2" 2>/dev/null; exit 0`;
  const look = { purpose: 'look at its firewall', text, args: [firewallPath(plan), tableOf(plan), stampOf(plan)] };
  const [file = '', stamp = '', table = ''] = (await runScript(exec, look, { signal })).stdout.split('\0');
  const state = table.trim() === '' ? 'absent' : createHash('sha256').update(table).digest('hex') === stamp.trim() ? 'unchanged' : 'changed';
  return { file: file === '' ? undefined : file, table: state };
}

/** Whether anything has to be done for the planned rules to be in force. */
export function firewallDiffers(plan: LabPlan, state: FirewallState): boolean {
  return state.file !== renderNftables(plan) || state.table !== 'unchanged';
}

/**
 * Loads the lab's table in place of the one before, whole or not at all, and lets the jumphost forward. The one before comes
 * back by itself after a minute unless a new connection to the jumphost opens.
 */
export async function loadFirewall(host: Host, plan: LabPlan, signal: AbortSignal): Promise<void> {
  const text = renderNftables(plan);
  const undo = `/run/labwright-${plan.lab}-nftables-${randomBytes(4).toString('hex')}`;
  const script = String.raw`set -eu
table=$1 undo=$2 seconds=$3 stamp=$4
cat >"$undo.new"
nft --check --file "$undo.new"
{ echo "table inet $table"; echo "delete table inet $table"; nft list table inet "$table" 2>/dev/null || true; } >"$undo"
setsid sh -c 'sleep "$2"; [ ! -f "$1" ] || nft --file "$1"; rm -f "$1"' sh "$undo" "$seconds" </dev/null >/dev/null 2>&1 &
for family in ipv4.ip_forward ipv6.conf.all.forwarding; do
  [ ! -e "/proc/sys/net/$(echo "$family" | tr . /)" ] || sysctl --quiet --write "net.$family=1"
done
nft --file "$undo.new"
rm "$undo.new"
nft list table inet "$table" | sha256sum | cut -d' ' -f1 >"$stamp"`;
  const args = [tableOf(plan), undo, String(GUARD_SECONDS), stampOf(plan)];
  await runScript(host.exec, { purpose: 'load its firewall', text: script, args }, { signal, stdin: text, timeoutMs: 15_000 });
  await keep(host, [undo], signal);
  await writeTextFile(host.exec, { path: firewallPath(plan), text }, signal);
}

export async function removeFirewall(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<void> {
  const text = '! nft list table inet "$1" >/dev/null 2>&1 || nft delete table inet "$1"; rm -f "$2" "$3"';
  await runScript(exec, { purpose: 'remove its firewall', text, args: [tableOf(plan), firewallPath(plan), stampOf(plan)] }, { signal });
}
