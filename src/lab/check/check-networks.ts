import { closest } from '../../util/closest.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import { hostsIn } from '../place/node-counts.ts';
import type { ExpandedServer } from '../servers.ts';
import type { Report } from './report.ts';

/** Further networks of a cluster: are they there, and has every server and host a NIC or a tag for them? `own`: the network it is in anyway. */
export function checkNetworks(file: LabFile, name: string, own: string, homes: readonly string[], servers: readonly ExpandedServer[], report: Report): void {
  const entry = file.clusters[name]!;
  for (const [index, network] of entry.networks.entries()) {
    const keys = ['clusters', name, 'networks', index];
    const found = Object.hasOwn(file.networks, network) ? file.networks[network]! : undefined;
    if (!found) {
      const near = closest(network, Object.keys(file.networks));
      report.error(
        'unknown-network',
        keys,
        `network ${network} of ${name} is not declared`,
        near === undefined ? `name one of: ${Object.keys(file.networks).join(', ')}` : `did you mean ${near}?`,
      );
    } else if (network === own || entry.networks.indexOf(network) !== index)
      report.error('network-twice', keys, `${name} is on ${network} twice`, 'remove it here');
    else if (found.mode === 'nat')
      report.error('nat-network', keys, `${network} is one server's NAT network, and no further network of others`, 'use one with mode: bridge');
    else if (found.vlan === undefined) checkNics(file, name, network, keys, homes, servers, report);
  }
}

function checkNics(
  file: LabFile,
  name: string,
  network: string,
  keys: readonly (string | number)[],
  homes: readonly string[],
  servers: readonly ExpandedServer[],
  report: Report,
): void {
  const server = servers.find((one) => homes.includes(one.server.name) && one.server.nics[network] === undefined);
  if (server)
    report.error(
      'no-nic-for-network',
      keys,
      `${server.server.name} has no NIC in ${network}, which is not tagged`,
      `add nics: {${network}: NIC} to ${String(server.keys.at(-1))}, or vlan: to ${network}`,
    );
  const host = hostsIn(file.clusters[name]!).find((one) => !Object.values(file.hosts[one]!.nics).some((nic) => nic.network === network));
  if (host !== undefined)
    report.error(
      'no-nic-for-network',
      keys,
      `host ${host} has no NIC in ${network}, which is not tagged`,
      `add network: ${network} to one of its nics, or vlan: to ${network}`,
    );
}

/** A NAT network is inside one server: machines on two would have the same addresses and never meet. */
export function checkNatServers(
  file: LabFile,
  byNetwork: ReadonlyMap<string, readonly (readonly [string, ClusterEntry])[]>,
  homes: ReadonlyMap<string, readonly string[]>,
  report: Report,
): void {
  for (const [network, clusters] of byNetwork) {
    if (file.networks[network]?.mode !== 'nat') continue;
    const servers = new Set(clusters.flatMap(([name]) => homes.get(name) ?? []));
    if (servers.size > 1)
      report.error(
        'nat-two-servers',
        ['networks', network, 'mode'],
        `${network} is a NAT network inside one server, and its clusters are on ${[...servers].join(' and ')}`,
        'put them on one server, or write mode: bridge',
      );
    for (const [name, entry] of clusters)
      if (hostsIn(entry).length > 0)
        report.error(
          'nat-two-servers',
          ['clusters', name, 'nodes'],
          `bare metal of ${name} is outside ${network}, a NAT network inside a server`,
          'use a network with mode: bridge',
        );
  }
}

/** Server NICs and bonds, which only a NAT network does without; names that clash; tags and ports given twice. */
export function checkLinks(file: LabFile, report: Report): void {
  const allNat = Object.values(file.networks).every(({ mode }) => mode === 'nat');
  for (const [name, server] of Object.entries(file.servers)) {
    const keys = ['servers', name];
    if (server.nic === undefined && !allNat)
      report.error('no-nic', keys, `${name} does not say which interface becomes a port of the bridge`, 'add nic: eno2, or nic: bond0 with bonds');
    for (const [network, nic] of Object.entries(server.nics)) {
      if (!Object.hasOwn(file.networks, network))
        report.error(
          'unknown-network',
          [...keys, 'nics', network],
          `network ${network} of ${name} is not declared`,
          `name one of: ${Object.keys(file.networks).join(', ')}`,
        );
      if (nic === server.nic)
        report.error(
          'nic-twice',
          [...keys, 'nics', network],
          `${nic} of ${name} is in the bridge of its own network`,
          'name another NIC, or give the network a vlan',
        );
    }
    checkBonds(name, keys, server.bonds, [server.nic, ...Object.values(server.nics)], report);
    const links = new Set([server.nic, ...Object.values(server.nics), ...Object.entries(server.bonds).flatMap(([bond, { nics }]) => [bond, ...nics])]);
    for (const [network, { bridge, mode }] of Object.entries(file.networks))
      if (links.has(bridge) && mode === 'bridge')
        report.error(
          'bridge-is-nic',
          ['networks', network, 'bridge'],
          `the bridge of ${network} is called ${bridge}, as an interface of ${name} is`,
          'give the bridge a name of its own, as br0: the interface becomes a port of it',
        );
  }
  for (const [name, host] of Object.entries(file.hosts)) {
    checkBonds(name, ['hosts', name], host.bonds, [], report);
    for (const [bond, { nics }] of Object.entries(host.bonds))
      for (const nic of nics)
        if (!Object.hasOwn(host.nics, nic))
          report.error(
            'unknown-nic',
            ['hosts', name, 'bonds', bond, 'nics'],
            `${bond} of ${name} has ${nic}, which is not among its nics`,
            `name one of: ${Object.keys(host.nics).join(', ')}`,
          );
    for (const [nic, { network }] of Object.entries(host.nics))
      if (network !== undefined && !Object.hasOwn(file.networks, network))
        report.error(
          'unknown-network',
          ['hosts', name, 'nics', nic, 'network'],
          `network ${network} of ${name} is not declared`,
          `name one of: ${Object.keys(file.networks).join(', ')}`,
        );
  }
  const tags = new Map<number, string>();
  for (const [name, { vlan, mode }] of Object.entries(file.networks)) {
    if (vlan === undefined) continue;
    if (mode === 'nat') report.error('nat-network', ['networks', name, 'vlan'], `${name} is a NAT network, which has no tag`, 'remove vlan');
    if (tags.has(vlan))
      report.error('duplicate-vlan', ['networks', name, 'vlan'], `networks ${tags.get(vlan)} and ${name} have one tag, ${vlan}`, 'give each its own');
    tags.set(vlan, name);
  }
}

function checkBonds(
  name: string,
  keys: readonly string[],
  bonds: Readonly<Record<string, { readonly nics: readonly string[] }>>,
  ports: readonly (string | undefined)[],
  report: Report,
): void {
  const owners = new Map<string, string>();
  for (const [bond, { nics }] of Object.entries(bonds))
    for (const nic of nics) {
      const place = [...keys, 'bonds', bond, 'nics'];
      if (owners.has(nic)) report.error('nic-twice', place, `${nic} of ${name} is in ${owners.get(nic)} and ${bond}`, 'keep it in one');
      if (ports.includes(nic))
        report.error(
          'nic-twice',
          place,
          `${nic} of ${name} is in ${bond} and a port of a bridge by itself`,
          `name ${bond} instead: a bridge needs the bond, not one of its NICs`,
        );
      owners.set(nic, bond);
    }
}
