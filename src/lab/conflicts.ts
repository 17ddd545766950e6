import type { Diagnostic } from '../util/diagnostic.ts';
import type { SourceFile } from '../util/source-file.ts';
import { contains, looksOctal, parseBlock, parseIp } from './ipv4.ts';
import type { LabFile } from './lab-file.ts';
import type { PlannedCluster } from './plan.ts';
import type { ExpandedServer } from './servers.ts';

/** What is wrong before anything is placed: addresses, server names, and names that point nowhere. */
export function checkReferences(file: LabFile, source: SourceFile, servers: readonly ExpandedServer[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (id: string, keys: readonly string[], message: string, hint: string) =>
    found.push({ id, severity: 'error', message, hint, at: source.at(keys) });
  const blocks = Object.entries(file.networks).flatMap(([name, { cidr }]) => {
    const block = parseBlock(cidr);
    if (!block) report('bad-cidr', ['networks', name, 'cidr'], `${cidr} is not an IPv4 network`, 'write its first address and a prefix, as 192.168.21.0/24');
    return block ? [block] : [];
  });
  if (Object.keys(file.networks).length === 0) report('no-network', ['networks'], 'no network is declared', 'declare one network');
  if (found.length > 0) return found;
  const address = (text: string, keys: readonly string[]) => {
    const ip = parseIp(text);
    if (looksOctal(text)) report('octal-address', keys, `${text} looks octal`, `write ${text.replaceAll(/(^|\.)0+(?=\d)/g, '$1')}`);
    else if (ip === undefined) report('bad-address', keys, `${text} is not an IPv4 address`, 'write four decimal numbers, as 192.168.21.2');
    else if (!blocks.some((block) => contains(block, ip)))
      report(
        'address-outside',
        keys,
        `${text} is outside ${Object.values(file.networks)
          .map(({ cidr }) => cidr)
          .join(', ')}`,
        'use an address of the network, or widen the network',
      );
  };
  address(file.jumphost.address, ['jumphost', 'address']);
  const names = new Set<string>();
  for (const { server, keys } of servers) {
    address(server.address, [...keys.map(String), 'address']);
    if (names.has(server.name)) report('duplicate-name', keys.map(String), `server ${server.name} is declared twice`, 'rename one, or shorten the range');
    names.add(server.name);
  }
  for (const [name, entry] of Object.entries(file.clusters)) {
    const reuses = entry.nodes !== undefined || entry.from !== undefined;
    if (entry.on === undefined && !reuses) report('no-server', ['clusters', name], `${name} does not say where it runs`, 'add on: SERVER');
    if (entry.on !== undefined && !names.has(entry.on))
      report(
        'unknown-server',
        ['clusters', name, 'on'],
        `${name} is on ${entry.on}, which is not declared`,
        'declare it under servers, or name a declared one',
      );
    if (entry.hub !== undefined && file.clusters[entry.hub] === undefined)
      report('unknown-hub', ['clusters', name, 'hub'], `hub ${entry.hub} of ${name} is not declared`, 'declare it under clusters with role: hub');
    if (entry.network !== undefined && file.networks[entry.network] === undefined)
      report('unknown-network', ['clusters', name, 'network'], `network ${entry.network} of ${name} is not declared`, 'declare it under networks');
    if (!reuses && entry.host_network && (entry.masters ?? 1) + entry.workers > 1 && !entry.vips)
      report('vips-missing', ['clusters', name], `the VIPs of ${name} cannot be derived with host_network`, 'add vips: {api: ADDRESS, ingress: ADDRESS}');
    for (const kind of ['api', 'ingress'] as const) if (entry.vips) address(entry.vips[kind], ['clusters', name, 'vips', kind]);
    const room = file.networks[entry.network ?? Object.keys(file.networks)[0]!];
    if (!reuses && room && ((entry.masters ?? 1) > 3 || entry.workers > room.slot_size - 7))
      report(
        'slot-too-small',
        ['clusters', name],
        `a slot of ${room.slot_size} holds 3 masters and ${room.slot_size - 7} workers; ${name} wants more`,
        'raise slot_size, or lower the counts',
      );
  }
  // A range of servers outside its network is one mistake per address; the same message twice is one.
  return [...new Map(found.map((one) => [`${one.id} ${one.message}`, one])).values()];
}

/** Identities with two owners (once each, with all owners), and machines that two active clusters claim. */
export function checkOwners(file: LabFile, source: SourceFile, servers: readonly ExpandedServer[], clusters: readonly PlannedCluster[]): Diagnostic[] {
  const owners = new Map<string, { readonly names: string[]; keys: readonly (string | number)[] }>();
  const own = (address: string, name: string, keys: readonly (string | number)[]) => {
    const entry = owners.get(address);
    if (!entry) owners.set(address, { names: [name], keys });
    else {
      entry.names.push(name);
      entry.keys = keys;
    }
  };
  own(file.jumphost.address, file.jumphost.name, ['jumphost', 'address']);
  for (const { server, keys } of servers) own(server.address, server.name, [...keys, 'address']);
  const claims = new Map<string, string>();
  const found: Diagnostic[] = [];
  for (const cluster of clusters) {
    const keys = ['clusters', cluster.name];
    if (cluster.slot !== null) {
      for (const node of cluster.nodes) own(node.addresses[0]!, node.machine, keys);
      if (cluster.topology !== 'sno') for (const kind of ['api', 'ingress'] as const) own(cluster.vips[kind], `${kind} of ${cluster.name}`, keys);
    }
    if (!cluster.active) continue;
    for (const { machine } of cluster.nodes) {
      const other = claims.get(machine);
      if (other === undefined) claims.set(machine, cluster.name);
      else
        found.push({
          id: 'overlapping-claims',
          severity: 'error',
          message: `${machine} is claimed by two active clusters: ${other}, ${cluster.name}`,
          hint: 'set active: false on one of them',
          at: source.at(keys),
        });
    }
  }
  for (const [address, { names, keys }] of owners) {
    if (names.length > 1)
      found.push({
        id: 'duplicate-address',
        severity: 'error',
        message: `${address} belongs to ${names.join(', ')}`,
        hint: 'give each its own address',
        at: source.at(keys),
      });
  }
  return found;
}
