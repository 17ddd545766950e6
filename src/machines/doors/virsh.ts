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

/**
 * Asks libvirt for all of one kind in two calls, however many there are: a virsh starts slower than it answers. What goes away
 * between the two has no document, and is left out.
 */
const LIST = `set -e
v() { virsh --quiet --connect qemu:///system "$@"; }
uuids=$(v "$1" --all --uuid)
commands=
for uuid in $uuids; do commands="$commands echo @@$uuid; $2 $uuid; $3 --inactive $uuid;"; done
# The last one says whether libvirt was there all the time: the others may fail for what goes away meanwhile.
[ -z "$commands" ] || v "$commands hostname" 2>/dev/null`;

/** All domains of the host, ours or not. */
export async function listDomains(exec: Exec, signal?: AbortSignal): Promise<Domain[]> {
  const script = { purpose: 'list its domains', text: LIST, args: ['list', 'domstate', 'dumpxml'] };
  return inThrees(await runScript(exec, script, { signal }), 'domain').map(([uuid, state, xml]) => ({ uuid, state: state as DomainState, xml }));
}

export async function listNetworks(exec: Exec, signal: AbortSignal): Promise<LibvirtNetwork[]> {
  const script = { purpose: 'list its networks', text: LIST, args: ['net-list', 'net-info', 'net-dumpxml'] };
  return inThrees(await runScript(exec, script, { signal }), 'network').map(([uuid, info, xml]) => ({
    uuid,
    active: /^Active:\s+yes$/m.test(info),
    autostart: /^Autostart:\s+yes$/m.test(info),
    xml,
  }));
}

function inThrees({ stdout }: ExecResult, element: 'domain' | 'network'): (readonly [string, string, string])[] {
  const each = new RegExp(`@@([0-9a-f-]{36})([^<@]*)(<${element}[ >][^]*?</${element}>)`, 'g');
  return [...stdout.matchAll(each)].map(([, uuid, said, xml]) => [uuid!, said!.trim(), xml!]);
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
