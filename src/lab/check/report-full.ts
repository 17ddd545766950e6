import { type Block, formatBlock } from '../ip.ts';
import type { Report } from './report.ts';
import { type Segment, slotCount } from '../segments.ts';

export interface FullNetwork {
  /** Slots that hold addresses of jumphost and servers. */
  readonly reserved: ReadonlyMap<number, string>;
  /** Clusters declared on it, those that have a slot already, and those that found none. */
  readonly wanted: number;
  readonly locked: number;
  readonly left: readonly string[];
}

/** Says how many clusters a network fits, what binds, and what would do. */
export function reportFull(segment: Segment, { reserved, wanted, locked, left }: FullNetwork, report: Report): void {
  const { slotSize, name } = segment;
  // Of a pair, the network that has fewer addresses.
  const six = segment.block6 !== undefined && segment.block6.size < segment.block.size;
  const block = six ? segment.block6 : segment.block;
  const fits = (slots: number) => Math.max(0, slots - new Set([0, slots - 1, ...reserved.keys()]).size);
  let wider = block;
  while (wider.prefix > 8 && fits(Number(wider.size / BigInt(slotSize))) < wanted) wider = widened(wider);
  const some = left.length > 5 ? `${left.slice(0, 5).join(', ')} and ${left.length - 5} more` : left.join(', ');
  const message = `${formatBlock(block)} fits ${fits(slotCount(segment))} clusters in slots of ${slotSize} addresses, ${wanted} are declared: no slot for ${some}`;
  report.error(
    'network-full',
    ['networks', name, six ? 'cidr6' : 'cidr'],
    `${message}. Addresses bind: the first and the last slot and those of jumphost and servers hold no cluster`,
    locked === 0 || wider.first === block.first
      ? `widen ${name} to ${formatBlock(wider)}${locked === 0 && slotSize > 8 ? ', lower its slot_size (8 holds 3 masters and 1 worker)' : ''}, or remove clusters`
      : // Wider, it would begin elsewhere, and every cluster in it would move.
        `declare another network for new clusters, or remove clusters`,
  );
}

function widened({ family, first, size, prefix }: Block): Block {
  return { family, first: first - (first % (size * 2n)), size: size * 2n, prefix: prefix - 1 };
}
