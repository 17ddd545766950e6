import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { bridgeAlias, placeOf, renderBridgeScript } from '../../render/bridge.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
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
}

const Links = z.array(
  z.object({
    ifname: z.string(),
    master: z.string().optional(),
    mtu: z.number(),
    flags: z.array(z.string()),
    addr_info: z.array(z.object({ scope: z.string(), local: z.string().optional(), prefixlen: z.number() })),
  }),
);

const GUARD_SECONDS = 60;

export async function observeBridge(exec: Exec, plan: LabPlan, serverName: string, signal: AbortSignal): Promise<BridgeState> {
  const { server, network } = placeOf(plan, serverName);
  const script = `ip -json address show; printf '\\0'; cat "/sys/class/net/$2/ifalias" 2>/dev/null
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
  await host.exec(['sh', script, 'apply', state, String(GUARD_SECONDS)], { signal, timeoutMs: 30_000 });
  await keep(host, [script, state], signal);
}

/** Keeps what an interrupted `makeBridge` had changed: that this connection opened is the proof that it works. */
export async function keepBridge(host: Host, plan: LabPlan, unfinished: readonly string[], signal: AbortSignal): Promise<void> {
  await keep(host, [scriptPath(plan), ...unfinished], signal);
}

async function keep(host: Host, paths: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await removePaths(host.freshExec, paths, signal);
  } catch (cause) {
    throw new LabwrightError('unreachable', `no new connection to ${host.name} opens over its bridge`, {
      hint: `${host.name} goes back to the network it had within ${GUARD_SECONDS} s; check the NIC and the address in the lab file`,
      cause,
    });
  }
}

export async function setMtu(exec: Exec, links: readonly string[], mtu: number, signal: AbortSignal): Promise<void> {
  for (const link of links) await exec(['ip', 'link', 'set', 'dev', link, 'mtu', String(mtu)], { signal });
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
