import { contains, parseIp } from '../ip.ts';
import type { LabFile } from '../lab-file.ts';
import type { Report } from '../check/report.ts';
import type { Segment } from '../segments.ts';
import type { ExpandedServer } from '../servers.ts';

/** The one network each server has its bridge in: the one that holds its address. */
export function networksOfServers(
  segments: readonly Pick<Segment, 'name' | 'block' | 'mode'>[],
  servers: readonly Pick<ExpandedServer, 'server'>[],
): ReadonlyMap<string, string> {
  return new Map(
    servers.flatMap(({ server }) => {
      const ip = parseIp(server.address)!;
      const found = segments.find(({ block }) => contains(block, ip)) ?? segments.find(({ mode }) => mode === 'nat');
      return found ? [[server.name, found.name] as const] : [];
    }),
  );
}

/** Can the machines of a cluster reach its network from where they stand? */
export function checkHomes(
  name: string,
  { name: network, mode }: Pick<Segment, 'name' | 'mode'>,
  homes: readonly string[],
  file: LabFile,
  networks: ReadonlyMap<string, string>,
  report: Report,
): void {
  // Such a network is wherever libvirt makes it.
  if (mode === 'nat') return;
  const own = Object.entries(file.clusters[name]!.machines ?? {}).flatMap(([node, { on }]) =>
    on === undefined ? [] : [[on, ['machines', node, 'on']] as readonly [string, string[]]],
  );
  const provisionhost = file.clusters[name]!.provisionhost?.on;
  if (provisionhost !== undefined) own.push([provisionhost, ['provisionhost', 'on']]);
  for (const [server, keys] of [...homes.map((one) => [one, ['on']] as const), ...own]) {
    if (networks.get(server) === network) continue;
    report.error(
      'server-off-network',
      ['clusters', name, ...keys],
      `${name} is on network ${network}, but the bridge of ${server} is in ${networks.get(server)}`,
      `put ${name} on a server with an address in ${network}, or write network: ${networks.get(server)}`,
    );
    return;
  }
}

/** The jumphost gives out addresses and names where it has an address itself. */
export function checkJumphost(file: LabFile, segments: readonly Segment[], used: Iterable<string>, report: Report): void {
  const ip = parseIp(file.jumphost.address)!;
  for (const network of used) {
    const segment = segments.find(({ name }) => name === network);
    if (segment?.block6 && segment.mode !== 'nat' && file.jumphost.address6 === undefined)
      report.warn(
        'jumphost-off-network',
        ['networks', network, 'cidr6'],
        `${network} has an IPv6 network, but the jumphost no address6: clusters there get no IPv6 address from it`,
        'add address6 to the jumphost, or remove cidr6',
      );
    if (segment && segment.mode !== 'nat' && !contains(segment.block, ip))
      report.warn(
        'jumphost-off-network',
        ['networks', network],
        `the jumphost has no address in ${network}: clusters there get neither DHCP nor DNS from it`,
        'put the clusters on the network of the jumphost, or serve that network by other means',
      );
  }
}
