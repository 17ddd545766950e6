import { type Block, formatBlock, isAligned, looksOctal, overlap, parseBlock } from './ip.ts';
import type { LabFile } from './lab-file.ts';
import type { Report } from './check/report.ts';

/** A declared network, read: one layer-2 segment with its subnets. */
export interface Segment {
  readonly name: string;
  /** Both stand in the MACs, so they never change: the lab's own number, and the network's from the lock, or the lowest free one. */
  readonly labId: number;
  readonly index: number;
  readonly block: Block;
  /** The IPv6 subnet beside an IPv4 one. */
  readonly block6: Block | undefined;
  readonly slotSize: number;
  readonly mode: 'bridge' | 'nat';
}

/** Ranges that OpenShift or the hosts use themselves (reference/lab-and-libvirt.md §5.6). */
const USED_INSIDE = [
  ['10.128.0.0/14', 'pods'],
  ['172.30.0.0/16', 'services'],
  ['100.64.0.0/16', "OVN's join switch"],
  ['100.88.0.0/16', "OVN's transit switch"],
  ['169.254.0.0/16', 'link-local addresses'],
  ['10.88.0.0/16', "podman's default"],
  ['192.168.122.0/24', "libvirt's default network"],
  ['172.22.0.0/24', 'provisioning networks'],
  ['fd01::/48', 'pods'],
  ['fd02::/112', 'services'],
].map(([cidr, use]) => ({ block: parseBlock(cidr!)!, cidr, use }));

/** Ranges in which no machine can have an address. */
const NOBODYS = [
  ['0.0.0.0/8', 'addresses of no network'],
  ['224.0.0.0/3', 'multicast and reserved addresses'],
  ['::/8', 'loopback and reserved addresses'],
  ['fe80::/10', 'link-local addresses'],
  ['ff00::/8', 'multicast'],
].map(([cidr, use]) => ({ block: parseBlock(cidr!)!, cidr, use }));

const MAX_NETWORKS = 16;
const MAX_SLOTS = 65_536n;

export function readSegments(file: LabFile, indexes: ReadonlyMap<string, number>, report: Report): Segment[] {
  const names = Object.keys(file.networks);
  if (names.length === 0) report.error('no-network', ['networks'], 'no network is declared', 'add baremetal: {cidr: 192.168.21.0/24, bridge: br0}');
  if (names.length > MAX_NETWORKS) {
    report.error('too-many-networks', ['networks'], `${names.length} networks are declared; MACs tell ${MAX_NETWORKS} apart`, 'make one lab of each group');
    return [];
  }
  const bridges = new Map<string, string>();
  const segments: Segment[] = [];
  for (const [name, entry] of Object.entries(file.networks)) {
    const read = (key: 'cidr' | 'cidr6') => (entry[key] === undefined ? undefined : readBlock(entry[key], ['networks', name, key], key === 'cidr6', report));
    const [block, block6] = [read('cidr'), read('cidr6')];
    const sharer = bridges.get(entry.bridge);
    if (sharer !== undefined)
      report.error(
        'duplicate-bridge',
        ['networks', name, 'bridge'],
        `networks ${sharer} and ${name} have one bridge, ${entry.bridge}`,
        'give each its own bridge',
      );
    bridges.set(entry.bridge, name);
    if (!block) continue;
    if (block6 && block.family === 6)
      report.error('bad-cidr', ['networks', name, 'cidr6'], `${name} has two IPv6 networks`, 'make cidr the IPv4 one, or remove cidr6');
    for (const one of [block, block6].filter((each) => each !== undefined)) {
      const key = one === block ? 'cidr' : 'cidr6';
      const other = segments.find((each) => [each.block, each.block6].some((its) => its && overlap(its, one)));
      if (other)
        report.error(
          'overlapping-networks',
          ['networks', name, key],
          `${formatBlock(one)} of ${name} overlaps network ${other.name}`,
          'use ranges that do not overlap',
        );
      const nobodys = NOBODYS.find((each) => overlap(each.block, one));
      if (nobodys)
        report.error(
          'range-in-use',
          ['networks', name, key],
          `${formatBlock(one)} overlaps ${nobodys.cidr}, which is for ${nobodys.use}`,
          'use another range, as 192.168.21.0/24 or fd00:21::/64',
        );
      // Inside such a range no cluster can be installed; around it, one with other ranges of its own can.
      const used = USED_INSIDE.find((each) => overlap(each.block, one));
      const tell = used && one.size <= used.block.size ? report.error : report.warn;
      if (used)
        tell('range-in-use', ['networks', name, key], `${formatBlock(one)} overlaps ${used.cidr}, which clusters use for ${used.use}`, 'use another range');
    }
    segments.push({ name, labId: file.lab_id, index: indexes.get(name)!, block, block6, slotSize: entry.slot_size, mode: entry.mode });
  }
  return segments;
}

/** How many slots a segment has. */
export function slotCount({ block, block6, slotSize }: Pick<Segment, 'block' | 'block6' | 'slotSize'>): number {
  const sizes = [block.size, block6?.size ?? block.size].map((size) => size / BigInt(slotSize));
  return Number(sizes.reduce((least, size) => (size < least ? size : least), MAX_SLOTS));
}

/** What is wrong with a network as written, and what to write. */
interface CidrMistake {
  readonly id: 'octal-address' | 'bad-cidr';
  readonly message: string;
  readonly hint: string;
}

/** Reads a network's CIDR; `six` wants an IPv6 one. */
export function readCidr(cidr: string, six = false): Block | CidrMistake {
  const block = parseBlock(cidr);
  const example = six ? 'fd00:21::/64' : '192.168.21.0/24';
  if (looksOctal(cidr)) return { id: 'octal-address', message: `${cidr} looks octal`, hint: `write ${cidr.replaceAll(/(^|\.)0+(?=\d)/g, '$1')}` };
  if (!block || (six && block.family === 4))
    return { id: 'bad-cidr', message: `${cidr} is not an ${six ? 'IPv6' : 'IP'} network`, hint: `write its first address and a prefix, as ${example}` };
  return isAligned(block) ? block : { id: 'bad-cidr', message: `${cidr} is an address in a network`, hint: `write ${formatBlock(block)}` };
}

function readBlock(cidr: string, keys: readonly string[], six: boolean, report: Report): Block | undefined {
  const read = readCidr(cidr, six);
  if (!('message' in read)) return read;
  report.error(read.id, keys, read.message, read.hint);
  return undefined;
}
