import type { Exec, ExecOptions, ExecResult } from '../../util/exec.ts';
import { runScript } from './run-script.ts';

/** Power as libvirt names it: `virsh domstate`. */
export type DomainState = 'running' | 'idle' | 'paused' | 'in shutdown' | 'shut off' | 'crashed' | 'pmsuspended';

export interface Domain {
  readonly uuid: string;
  readonly state: DomainState;
  /** What the next start uses. */
  readonly xml: string;
}

export interface LibvirtNetwork {
  readonly uuid: string;
  readonly active: boolean;
  readonly autostart: boolean;
  readonly xml: string;
}

/** One virsh command on the host's system libvirt. */
export function virsh(exec: Exec, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  return exec(['virsh', '--quiet', '--connect', 'qemu:///system', ...args], options);
}

const EACH = 'v() { virsh --quiet --connect qemu:///system "$@"; }\n';

/** All domains of the host, ours or not. One that goes away meanwhile is left out. */
export async function listDomains(exec: Exec, signal?: AbortSignal): Promise<Domain[]> {
  const script = `set -e\n${EACH}uuids=$(v list --all --uuid)
for uuid in $uuids; do
  state=$(v domstate "$uuid") && xml=$(v dumpxml --inactive "$uuid") || continue
  printf '%s\\0%s\\0%s\\0' "$uuid" "$state" "$xml"
done`;
  return inThrees(await runScript(exec, { purpose: 'list its domains', text: script }, { signal })).map(([uuid, state, xml]) => ({
    uuid,
    state: state as DomainState,
    xml,
  }));
}

export async function listNetworks(exec: Exec, signal: AbortSignal): Promise<LibvirtNetwork[]> {
  const script = `set -e\n${EACH}uuids=$(v net-list --all --uuid)
for uuid in $uuids; do
  info=$(v net-info "$uuid") && xml=$(v net-dumpxml --inactive "$uuid") || continue
  printf '%s\\0%s\\0%s\\0' "$uuid" "$info" "$xml"
done`;
  return inThrees(await runScript(exec, { purpose: 'list its networks', text: script }, { signal })).map(([uuid, info, xml]) => ({
    uuid,
    active: /^Active:\s+yes$/m.test(info),
    autostart: /^Autostart:\s+yes$/m.test(info),
    xml,
  }));
}

function inThrees({ stdout }: ExecResult): (readonly [string, string, string])[] {
  const parts = stdout.split('\0');
  return Array.from({ length: Math.floor(parts.length / 3) }, (_, index) => [
    parts[3 * index]!.trim(),
    parts[3 * index + 1]!.trim(),
    parts[3 * index + 2]!.trim(),
  ]);
}

/** virsh reads a document from a file only, and /dev/stdin cannot be opened when it is a socket: hence the pipe. */
export async function virshDocument(exec: Exec, args: readonly string[], xml: string, signal?: AbortSignal): Promise<void> {
  const script = 'cat | virsh --quiet --connect qemu:///system "$@" /dev/stdin';
  await runScript(exec, { purpose: `let libvirt ${args[0]} what is planned`, text: script, args }, { signal, stdin: xml });
}

/** Defines a domain, or changes what its next start uses. Validated: without it a misspelt element is dropped in silence. */
export async function defineDomain(exec: Exec, xml: string, signal: AbortSignal): Promise<void> {
  await virshDocument(exec, ['define', '--validate'], xml, signal);
}

export async function domainState(exec: Exec, domain: string, signal?: AbortSignal): Promise<DomainState> {
  return (await virsh(exec, ['domstate', domain], { signal })).stdout.trim() as DomainState;
}

/** Stops a domain hard and forgets it, NVRAM too; its disks stay. */
export async function removeDomain(exec: Exec, domain: string, signal: AbortSignal): Promise<void> {
  if ((await domainState(exec, domain, signal)) !== 'shut off') await virsh(exec, ['destroy', domain], { signal });
  await virsh(exec, ['undefine', '--nvram', domain], { signal });
}

/** Defines a network, starts it and lets it start with the host. */
export async function makeNetwork(exec: Exec, uuid: string, xml: string, signal: AbortSignal): Promise<void> {
  await virshDocument(exec, ['net-define', '--validate'], xml, signal);
  const active = /^Active:\s+yes$/m.test((await virsh(exec, ['net-info', uuid], { signal })).stdout);
  if (!active) await virsh(exec, ['net-start', uuid], { signal });
  await virsh(exec, ['net-autostart', uuid], { signal });
}

export async function removeNetwork(exec: Exec, network: LibvirtNetwork, signal: AbortSignal): Promise<void> {
  if (network.active) await virsh(exec, ['net-destroy', network.uuid], { signal });
  await virsh(exec, ['net-undefine', network.uuid], { signal });
}
