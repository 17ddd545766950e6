import { closest } from '../util/closest.ts';
import type { KeyPath } from '../util/source-file.ts';
import { formatIp, parseIp } from './ip.ts';
import type { SshEntry } from './file/server-entry.ts';
import type { LabFile } from './lab-file.ts';
import type { PlannedBond, PlannedServer, SshTarget } from './plan.ts';
import type { Report } from './check/report.ts';
import { expandNames } from './server-names.ts';

export interface ExpandedServer {
  readonly server: PlannedServer;
  readonly keys: KeyPath;
}

/** `server[01-09]` with `address: 192.168.21.2+` is nine servers with consecutive addresses. A bad address is kept as written. */
export function expandServers(file: LabFile, report: Report): ExpandedServer[] {
  // `bmc` is where every emulated BMC answers.
  const owners = new Map<string, string>([
    [file.jumphost.name, 'the jumphost'],
    ['bmc', 'the BMC service of every lab'],
    ['ntp', 'the time service of every lab'],
    ...(file.jumphost.services.http_store ? [['http', 'the HTTP store'] as const] : []),
    ...(file.jumphost.services.registry ? [['registry', 'the registry'] as const] : []),
  ]);
  return Object.entries(file.servers).flatMap(([pattern, entry]) => {
    const keys = ['servers', pattern];
    const range = expandNames(pattern);
    if ('problem' in range) {
      report.error('bad-range', keys, range.problem, range.hint);
      return [];
    }
    const address = counted(entry.address);
    const address6 = entry.address6 === undefined ? undefined : counted(entry.address6);
    const taken = range.names.find((name) => owners.has(name));
    if (taken !== undefined) report.error('duplicate-name', keys, `server ${taken} has the name of ${owners.get(taken)}`, 'rename one, or shorten the range');
    if (entry.ssh?.host !== undefined && range.names.length > 1)
      report.error(
        'one-host',
        [...keys, 'ssh', 'host'],
        `${range.names.length} servers cannot be reached at one host`,
        'remove host: each is reached at its address',
      );
    return range.names.map((name, index) => {
      owners.set(name, pattern === name ? 'another server' : `one in ${pattern}`);
      const server: PlannedServer = {
        name,
        address: address(index),
        ...(address6 && { address6: address6(index) }),
        // Checked before: only where libvirt makes the bridge there is none.
        nic: entry.nic ?? Object.values(file.networks).find(({ mode }) => mode === 'nat')?.bridge ?? '',
        nics: entry.nics,
        bonds: bondsOf(entry.bonds),
        cpus: entry.cpus,
        memoryMiB: entry.memory,
        diskGiB: Math.floor(entry.disk / 1024),
        pools: Object.entries(entry.pools).map(([pool, { path, size }]) => ({ name: pool, path, sizeGiB: Math.floor(size / 1024) })),
        ssh: sshTarget(entry.ssh, address(index)),
      };
      return { keys, server };
    });
  });
}

/** The servers a cluster's `on` names, in its order. */
export function serversOf(on: string | readonly string[], declared: ReadonlySet<string>, report: Report, keys: KeyPath): string[] {
  return [on].flat().flatMap((pattern) => {
    const range = expandNames(pattern);
    if ('problem' in range) {
      report.error('bad-range', keys, range.problem, range.hint);
      return [];
    }
    const missing = range.names.find((name) => !declared.has(name));
    if (missing === undefined) return range.names;
    const near = closest(missing, declared);
    report.error(
      'unknown-server',
      keys,
      `${keys[1]} is on ${missing}, which is not declared`,
      near === undefined ? 'declare it under servers, or name a declared one' : `did you mean ${near}? Else declare ${missing} under servers`,
    );
    return [];
  });
}

export function bondsOf(bonds: Readonly<Record<string, { readonly nics: readonly string[]; readonly mode: string }>>): PlannedBond[] {
  return Object.entries(bonds).map(([name, { nics, mode }]) => ({ name, nics, mode }));
}

/** Where a host is reached: at its address, unless its entry names another host. */
export function sshTarget(entry: SshEntry | undefined, address: string): SshTarget | undefined {
  if (!entry) return undefined;
  const { host = address, port, user, identity_file: identityFile, known_hosts_file: knownHostsFile } = entry;
  return { host, port, user, identityFile, knownHostsFile };
}

function counted(text: string): (index: number) => string {
  const counting = text.endsWith('+');
  const first = parseIp(counting ? text.slice(0, -1) : text);
  if (!first) return () => (counting ? text.slice(0, -1) : text);
  return (index) => formatIp({ ...first, value: first.value + BigInt(counting ? index : 0) });
}
