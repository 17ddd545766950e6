import type { KeyPath } from '../../util/source-file.ts';
import { readBmcAddress } from '../bmc-address.ts';
import { formatIp, parseIp } from '../ip.ts';
import type { LabFile } from '../lab-file.ts';
import type { PlannedCluster, PlannedMachine } from '../plan.ts';
import type { Report } from './report.ts';
import type { ExpandedServer } from '../servers.ts';

interface Owner {
  /** As the user knows it: `server04`, `api of cluster1`, `cluster1-worker-3`. */
  readonly name: string;
  readonly keys: KeyPath;
  /** Written by hand: the place to mend. */
  readonly typed?: boolean;
  /** Clusters share an identity legally while they share machines: at most one of them is active. */
  readonly cluster?: PlannedCluster;
}

type Owners = Map<string, Owner[]>;

/** Identities with several owners, each once and with all of them. */
export function checkOwners(
  file: LabFile,
  servers: readonly ExpandedServer[],
  clusters: readonly PlannedCluster[],
  machines: readonly PlannedMachine[],
  report: Report,
): void {
  const addresses: Owners = new Map();
  for (const key of ['address', 'address6'] as const) {
    own(addresses, file.jumphost[key], { name: file.jumphost.name, keys: ['jumphost', key], typed: true });
    // In a lab of one server that is its own jumphost both are one machine.
    for (const { server, keys } of servers)
      if (!isNat(file) || server[key] !== file.jumphost[key]) own(addresses, server[key], { name: server.name, keys: [...keys, key], typed: true });
  }
  for (const [name, host] of Object.entries(file.hosts))
    for (const key of ['address', 'address6'] as const) own(addresses, canonical(host[key]), { name, keys: ['hosts', name, key], typed: true });
  for (const [address, names] of Map.groupBy(Object.keys(file.hosts), (name) => bmcAddressOf(file, name)))
    own(addresses, canonical(address), { name: `the BMC of ${names.join(', ')}`, keys: ['hosts', names[0]!, 'bmc', 'address'], typed: true });
  for (const cluster of clusters) {
    const keys = ['clusters', cluster.name];
    for (const address of cluster.slot === null ? [] : (cluster.bootstrap?.addresses ?? []))
      own(addresses, address, { name: `bootstrap of ${cluster.name}`, keys, cluster });
    for (const node of cluster.nodes) {
      const typed = file.clusters[cluster.name]!.machines?.[node.name];
      for (const [family, address] of node.addresses.entries()) {
        const key = family === 0 ? 'address' : 'address6';
        own(addresses, address, {
          name: node.machine,
          keys: [...keys, ...(typed?.[key] ? ['machines', node.name, key] : [])],
          cluster,
          typed: typed?.[key] !== undefined,
        });
      }
      for (const address of (node.interfaces ?? []).flatMap((one) => one.addresses)) own(addresses, address, { name: node.machine, keys, cluster });
    }
    for (const { name, vips, vips6 } of cluster.hosted)
      for (const one of [vips, ...(vips6 ? [vips6] : [])])
        for (const kind of ['api', 'ingress'] as const) own(addresses, one[kind], { name: `${kind} of ${name}`, keys: [...keys, 'hosted'], cluster });
    for (const key of ['vips', 'vips6'] as const) ownVips(addresses, cluster, key, file, report);
  }
  reportShared(addresses, 'address', 'give each its own address', report);

  const [macs, uuids, disks]: [Owners, Owners, Owners] = [new Map(), new Map(), new Map()];
  for (const [name, host] of Object.entries(file.hosts))
    for (const [index, { serial, wwn }] of host.disks.entries())
      for (const one of [serial, wwn]) own(disks, one, { name, keys: ['hosts', name, 'disks', index], typed: true });
  reportShared(disks, 'disk', 'write what lsblk -o SERIAL,WWN says on each host', report);
  for (const { name, mac, nics, uuid, home } of machines) {
    if (home === undefined) {
      for (const nic of nics) own(macs, nic.mac, { name, keys: ['hosts', name, 'nics', nic.name, 'mac'], typed: true });
      continue;
    }
    const node = name.slice(home.length + 1);
    const keys = ['clusters', home, 'machines', node];
    const typed = file.clusters[home]?.machines?.[node];
    for (const nic of nics.slice(1)) own(macs, nic.mac, { name, keys: ['clusters', home, 'networks'] });
    own(macs, mac, { name, keys: [...keys, 'mac'], typed: typed?.mac !== undefined });
    own(uuids, uuid, { name, keys: [...keys, 'uuid'], typed: typed?.uuid !== undefined });
  }
  for (const { name, slot, bootstrap } of clusters)
    if (bootstrap && slot !== null) own(macs, bootstrap.mac, { name: `bootstrap of ${name}`, keys: ['clusters', name] });
  reportShared(macs, 'mac', 'remove the one that was typed by hand, or give each machine its own', report);
  reportShared(uuids, 'uuid', 'remove the one that was typed by hand, or give each machine its own', report);
}

/** The VIPs of a SNO are its node; any other cluster has two addresses more. */
function ownVips(addresses: Owners, cluster: PlannedCluster, key: 'vips' | 'vips6', file: LabFile, report: Report): void {
  const vips = cluster[key];
  const typed = file.clusters[cluster.name]?.[key] !== undefined;
  // VIPs that were lent are their lender's.
  if (vips === undefined || (cluster.slot === null && !typed)) return;
  for (const kind of ['api', 'ingress'] as const) {
    const place = ['clusters', cluster.name, ...(typed ? [key, kind] : [])];
    // The load balancer of UPI may be the jumphost.
    if (cluster.install === 'upi' && typed && vips[kind] === canonical(file.jumphost[key === 'vips' ? 'address' : 'address6'])) continue;
    if (cluster.topology !== 'sno') own(addresses, vips[kind], { name: `${kind} of ${cluster.name}`, keys: place, typed, cluster });
    else if (cluster.install !== 'upi' && !cluster.nodes[0]!.addresses.includes(vips[kind]))
      report.error(
        'sno-vips',
        place,
        `${kind} of ${cluster.name} is ${vips[kind]}, but a single node is its own ${kind}`,
        `remove ${key}, or write ${cluster.nodes[0]!.addresses[key === 'vips' ? 0 : 1]}`,
      );
  }
}

/** Machines that several active clusters claim, and spokes on machines of their own hub; once for each group of clusters. */
export function checkClaims(clusters: readonly PlannedCluster[], report: Report): void {
  const claims = new Map<string, PlannedCluster[]>();
  for (const cluster of clusters) for (const { machine } of cluster.nodes) push(claims, machine, cluster);
  const groups = new Map<string, { readonly owners: readonly PlannedCluster[]; readonly machines: string[] }>();
  for (const [machine, users] of claims) {
    const active = users.filter((one) => one.active);
    for (const owners of [active, ...hubPairs(users)]) {
      if (owners.length < 2) continue;
      const id = owners.map(({ name }) => name).join(' ');
      const group = groups.get(id) ?? { owners, machines: [] };
      group.machines.push(machine);
      groups.set(id, group);
    }
  }
  for (const { owners, machines } of groups.values()) {
    const names = owners.map(({ name }) => name);
    const some = machines.length > 3 ? `${machines.slice(0, 2).join(', ')} and ${machines.length - 2} more` : machines.join(', ');
    const keys = ['clusters', names.at(-1)!];
    const spoke = owners.find((one) => owners.some(({ name }) => name === one.hub));
    if (spoke)
      report.error(
        'hub-shares-machines',
        ['clusters', spoke.name],
        `${spoke.name} and its hub ${spoke.hub} both stand on ${some}`,
        'give the spoke other machines: both run at the same time',
      );
    else
      report.error(
        'overlapping-claims',
        keys,
        `${some} ${machines.length > 1 ? 'are' : 'is'} claimed by several active clusters: ${names.join(', ')}`,
        'write active: false in all of them but one, or let one go: labwright lab release CLUSTER',
      );
  }
}

function isNat(file: LabFile): boolean {
  return Object.values(file.networks).some(({ mode }) => mode === 'nat');
}

function canonical(address: string | undefined): string | undefined {
  const ip = address === undefined ? undefined : parseIp(address);
  return ip && formatIp(ip);
}

/** Where a BMC is reached, when that is an address and not a name. */
function bmcAddressOf(file: LabFile, host: string): string | undefined {
  const read = readBmcAddress(file.hosts[host]!.bmc.address);
  return 'message' in read ? undefined : new URL(read.url).hostname.replaceAll(/[[\]]/g, '');
}

function hubPairs(users: readonly PlannedCluster[]): PlannedCluster[][] {
  return users.flatMap((spoke) => users.filter(({ name, active }) => name === spoke.hub && !(active && spoke.active)).map((hub) => [hub, spoke]));
}

function own(owners: Owners, identity: string | undefined, owner: Owner): void {
  if (identity !== undefined) push(owners, identity, owner);
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function reportShared(owners: Owners, kind: 'address' | 'mac' | 'uuid' | 'disk', hint: string, report: Report): void {
  for (const [identity, all] of owners) {
    if (all.length < 2) continue;
    const clashing = all.filter((one, index) => all.some((other, at) => at !== index && clash(one, other)));
    const names = [...new Set(clashing.map(({ name }) => name))];
    if (names.length > 1)
      report.error(
        `duplicate-${kind}`,
        (clashing.findLast(({ typed }) => typed) ?? clashing.at(-1)!).keys,
        `${kind === 'address' ? '' : `${kind.toUpperCase()} `}${identity} belongs to ${names.join(', ')}`,
        hint,
      );
  }
}

function clash(one: Owner, other: Owner): boolean {
  if (one.name === other.name) return false;
  if (!one.cluster || !other.cluster || one.cluster === other.cluster) return true;
  const machines = new Set(one.cluster.nodes.map(({ machine }) => machine));
  return !other.cluster.nodes.some(({ machine }) => machines.has(machine));
}
