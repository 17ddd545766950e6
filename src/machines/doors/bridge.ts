import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { bridgeAlias, placeOf, renderBridgeScript } from '../../render/bridge.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { realSleep } from '../../util/clock.ts';
import { isLabwrightError, LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { removePaths, writeTextFile } from './files.ts';
import type { Host } from './lab-hosts.ts';
import { runScript } from './run-script.ts';

/** A server's bridge, as its kernel has it. */
export interface BridgeState {
  readonly nicExists: boolean;
  readonly exists: boolean;
  readonly up: boolean;
  readonly ours: boolean;
  readonly holdsNic: boolean;
  readonly mtu: number | undefined;
  /** `192.168.21.2/24`; without link-local ones. */
  readonly addresses: readonly string[];
  /** State folders of changes that were neither kept nor undone: their guards will undo them. */
  readonly unfinished: readonly string[];
  /** All links of the server, for the bridges of further networks. */
  readonly links?: readonly FoundLink[];
}

export interface FoundLink {
  readonly name: string;
  readonly up: boolean;
  /** The bridge it is a port of. */
  readonly master: string | undefined;
  readonly alias: string | undefined;
}

const Links = z.array(
  z.object({
    ifname: z.string(),
    master: z.string().optional(),
    ifalias: z.string().optional(),
    mtu: z.number(),
    flags: z.array(z.string()),
    addr_info: z.array(z.object({ scope: z.string(), local: z.string().optional(), prefixlen: z.number() })),
  }),
);

const GUARD_SECONDS = 60;

export async function observeBridge(exec: Exec, plan: LabPlan, serverName: string, signal: AbortSignal): Promise<BridgeState> {
  const { server, network } = placeOf(plan, serverName);
  const script = `ip -json -details address show; printf '\\0'; cat "/sys/class/net/$2/ifalias" 2>/dev/null
for state in "$1".state-*; do [ ! -d "$state" ] || printf '\\0%s' "$state"; done`;
  const look = { purpose: 'say what links it has', text: script, args: [scriptPath(plan), network.bridge] };
  const [json = '[]', alias = '', ...unfinished] = (await runScript(exec, look, { signal })).stdout.split('\0');
  const links = Links.parse(JSON.parse(json));
  const bridge = links.find((link) => link.ifname === network.bridge);
  const nic = links.find((link) => link.ifname === server.nic);
  return {
    nicExists: nic !== undefined,
    exists: bridge !== undefined,
    up: bridge?.flags.includes('UP') === true,
    ours: alias.trim() === bridgeAlias(plan),
    holdsNic: nic?.master === network.bridge,
    mtu: bridge?.mtu,
    addresses: (bridge?.addr_info ?? []).flatMap((one) => (one.scope === 'global' && one.local !== undefined ? [`${one.local}/${one.prefixlen}`] : [])),
    unfinished,
    links: links.map(({ ifname, flags, master, ifalias }) => ({ name: ifname, up: flags.includes('UP'), master, alias: ifalias })),
  };
}

/**
 * Puts the server's NIC and address into the bridge. The server goes back by itself after a minute unless a new
 * connection to it opens and keeps the change.
 */
export async function makeBridge(host: Host, plan: LabPlan, serverName: string, signal: AbortSignal): Promise<void> {
  const script = scriptPath(plan);
  const state = `${script}.state-${randomBytes(4).toString('hex')}`;
  await writeTextFile(host.exec, { path: script, text: renderBridgeScript(plan, { server: serverName }) }, signal);
  try {
    await host.exec(['sh', script, 'apply', state, String(GUARD_SECONDS)], { signal, timeoutMs: 15_000 });
  } catch (error) {
    // The connection that asked may have been cut by what it asked for; a new one tells.
    if (!isLabwrightError(error) || !['timed_out', 'unreachable'].includes(error.code)) throw error;
  }
  await keep(host, [script, state], signal);
}

/** Keeps what an interrupted `makeBridge` had changed: that this connection opened is the proof that it works. */
export async function keepBridge(host: Host, plan: LabPlan, unfinished: readonly string[], signal: AbortSignal): Promise<void> {
  await keep(host, [scriptPath(plan), ...unfinished], signal);
}

/** Takes the ways back from their guards over a new connection: that it opens is the proof that the change works. */
export async function keep(host: Host, paths: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await removePaths(host.freshExec, paths, signal);
  } catch (cause) {
    signal.throwIfAborted();
    const back = await answersAgain(host, signal);
    throw new LabwrightError('unreachable', `${host.name} stopped answering after the change of its network${back ? ' and went back to the one it had' : ''}`, {
      hint: back
        ? 'check the NIC and the address in the lab file, and what filters on the bridge'
        : `it did not come back within ${GUARD_SECONDS + 30} s: look at its console`,
      cause,
    });
  }
}

/** Whether it answers after its guard has undone the change. */
async function answersAgain(host: Host, signal: AbortSignal): Promise<boolean> {
  const deadlineMs = performance.now() + (GUARD_SECONDS + 30) * 1000;
  while (performance.now() < deadlineMs) {
    try {
      await host.freshExec(['true'], { signal, timeoutMs: 15_000 });
      return true;
    } catch {
      await realSleep(1000, signal);
    }
  }
  return false;
}

/** Changes the MTU of links; they get the one they had back by themselves after a minute unless a new connection opens. */
export async function setMtu(
  host: Host,
  plan: LabPlan,
  { links, mtu }: { readonly links: readonly string[]; readonly mtu: number },
  signal: AbortSignal,
): Promise<void> {
  const state = `/run/labwright-${plan.lab}-mtu-${randomBytes(4).toString('hex')}`;
  const text = `set -eu
state=$1 mtu=$2 seconds=$3; shift 3
for link; do echo "ip link set dev $link mtu $(cat "/sys/class/net/$link/mtu")"; done >"$state"
setsid sh -c 'sleep "$2"; [ ! -f "$1" ] || sh "$1"; rm -f "$1"' sh "$state" "$seconds" </dev/null >/dev/null 2>&1 &
for link; do ip link set dev "$link" mtu "$mtu"; done`;
  const script = { purpose: `set the MTU of ${links.join(' and ')}`, text, args: [state, String(mtu), String(GUARD_SECONDS), ...links] };
  await runScript(host.exec, script, { signal, timeoutMs: 15_000 });
  await keep(host, [state], signal);
}

/** Takes the bridge away, if it is this lab's, and gives its addresses and routes back to the NIC. */
export async function removeBridge(host: Host, plan: LabPlan, serverName: string, signal: AbortSignal): Promise<void> {
  const script = scriptPath(plan);
  await writeTextFile(host.exec, { path: script, text: renderBridgeScript(plan, { server: serverName }) }, signal);
  await host.exec(['sh', script, 'remove', `${script}.state-${randomBytes(4).toString('hex')}`], { signal, timeoutMs: 30_000 });
  await removePaths(host.freshExec, [script], signal);
}

function scriptPath(plan: LabPlan): string {
  return `/run/labwright-${plan.lab}-bridge`;
}
