import { addressAt, formatBlock, formatIp, parseBlock, parseIp, type Block } from '../ip.ts';

/**
 * What the filter `ipaddr` of ansible.utils answers, for the queries that inventories use: a number (`96`, `-2`), `address`, `prefix`,
 * `network`, `netmask`, `broadcast`, `subnet`, `gateway`; without a query the value itself when it is an address or a network.
 *
 * @returns false for what it has no answer to, as the filter does.
 */
export function ipaddr(value: unknown, query?: string | number): string | number | false {
  if (typeof value !== 'string') return false;
  const block = parseBlock(value) ?? hostBlock(value);
  if (!block) return false;
  if (query === undefined || query === '') return value;
  const index = Number(query);
  if (Number.isInteger(index)) return nth(block, index);
  const network = { ...block, first: block.first - (block.first % block.size) };
  switch (query) {
    case 'address':
    case 'ip':
      return block.size === 1n || block.first !== network.first ? formatIp({ family: block.family, value: block.first }) : false;
    case 'prefix':
      return block.prefix;
    case 'network':
      return addressAt(network, 0);
    case 'netmask':
      return block.family === 4 ? formatIp({ family: 4, value: 2n ** 32n - block.size }) : false;
    case 'broadcast':
      return block.family === 4 ? formatIp({ family: 4, value: network.first + block.size - 1n }) : false;
    case 'subnet':
    case 'net':
      return formatBlock(block);
    default:
      return false;
  }
}

/** The `index`th address of a network with its prefix; negative ones count from its end. */
function nth(block: Block, index: number): string | false {
  const first = block.first - (block.first % block.size);
  const value = index < 0 ? first + block.size + BigInt(index) : first + BigInt(index);
  return value >= first && value < first + block.size ? `${formatIp({ family: block.family, value })}/${block.prefix}` : false;
}

function hostBlock(text: string): Block | undefined {
  const ip = parseIp(text);
  return ip && { family: ip.family, first: ip.value, size: 1n, prefix: ip.family === 4 ? 32 : 128 };
}
