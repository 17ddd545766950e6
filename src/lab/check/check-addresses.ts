import type { KeyPath } from '../../util/source-file.ts';
import { contains, type Family, formatBlock, looksOctal, parseIp } from '../ip.ts';
import type { LabFile } from '../lab-file.ts';
import type { Report } from './report.ts';
import type { Segment } from '../segments.ts';
import type { ExpandedServer } from '../servers.ts';

/** Every address a user wrote: is it one, of the right family, inside its network, and not the network's own first or last? */
export function checkAddresses(file: LabFile, segments: readonly Segment[], servers: readonly ExpandedServer[], report: Report): void {
  // Inside one server, its own address and the jumphost's may be anywhere.
  const outside = segments.some(({ mode }) => mode === 'nat');
  const check = (text: string | undefined, keys: KeyPath, six: boolean, where: readonly Segment[] = segments) => {
    if (text !== undefined) checkAddress(text, keys, six, where, report);
  };
  const checkHost = (text: string | undefined, keys: KeyPath, six: boolean): void => {
    if (!outside || text === undefined || parseIp(text) === undefined) check(text, keys, six);
  };
  checkHost(file.jumphost.address, ['jumphost', 'address'], false);
  checkHost(file.jumphost.address6, ['jumphost', 'address6'], true);
  for (const [name, host] of Object.entries(file.hosts)) {
    const used = Object.values(file.clusters).filter((entry) => entry.nodes?.includes(`host/${name}`) && entry.network !== undefined);
    const own = segments.filter((one) => used.some(({ network }) => network === one.name));
    for (const key of ['address', 'address6'] as const) check(host[key], ['hosts', name, key], key === 'address6', own.length > 0 ? own : segments);
  }
  const reported = new Set<string>();
  for (const { server, keys } of servers) {
    // A range that leaves its network leaves it with many addresses; the first one says it.
    if (reported.has(keys.join())) continue;
    const before = report.found.length;
    checkHost(server.address, [...keys, 'address'], false);
    checkHost(server.address6, [...keys, 'address6'], true);
    if (report.found.length > before) reported.add(keys.join());
  }
  for (const [name, entry] of Object.entries(file.clusters)) {
    const own = segments.filter((one) => one.name === entry.network);
    const where = own.length > 0 ? own : segments;
    for (const kind of ['api', 'ingress'] as const) {
      check(entry.vips?.[kind], ['clusters', name, 'vips', kind], false, where);
      check(entry.vips6?.[kind], ['clusters', name, 'vips6', kind], true, where);
    }
    for (const [node, machine] of Object.entries(entry.machines ?? {}))
      for (const key of ['address', 'address6'] as const) check(machine[key], ['clusters', name, 'machines', node, key], key === 'address6', where);
  }
}

/** `six`: an address beside a first one, which is always IPv6. */
function checkAddress(text: string, keys: KeyPath, six: boolean, segments: readonly Segment[], report: Report): void {
  const blocks = segments.flatMap(({ block, block6 }) => [...(six ? [] : [block]), ...(block6 && six ? [block6] : [])]);
  const ip = parseIp(text);
  const wanted: Family | undefined = six ? 6 : blocks[0]?.family;
  if (looksOctal(text)) report.error('octal-address', keys, `${text} looks octal`, `write ${text.replaceAll(/(^|\.)0+(?=\d)/g, '$1')}`);
  else if (!ip)
    report.error('bad-address', keys, `${text} is not an IP address`, `write it without a prefix, as ${wanted === 6 ? 'fd00:21::2' : '192.168.21.2'}`);
  else if (six && blocks.length === 0)
    report.error('address-outside', keys, `${text} is an IPv6 address, and no network has cidr6`, 'add cidr6 to the network, or remove this');
  else {
    const block = blocks.find((one) => contains(one, ip));
    if (!block) {
      report.error('address-outside', keys, `${text} is outside ${blocks.map(formatBlock).join(', ')}`, 'use an address of the network, or widen the network');
      return;
    }
    const last = block.first + block.size - 1n;
    const edge = ip.value === block.first ? 'the first' : ip.family === 4 && ip.value === last ? 'the last' : undefined;
    if (edge && block.size > 2n)
      report.error(
        'network-address',
        keys,
        `${text} is ${edge} address of ${formatBlock(block)}, which no machine can have`,
        'use an address between the first and the last',
      );
  }
}
