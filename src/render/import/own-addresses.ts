import { contains, formatBlock, formatIp, parseIp, type Block } from '../../lab/ip.ts';
import type { FoundCluster } from './found-cluster.ts';
import type { ImportReport } from './import-report.ts';

/**
 * The addresses that an inventory states for single nodes, by what the lab calls them; `provisionhost` and `bootstrap` are such names. Those that no lab can have
 * are told with the reason. A name instead of an address states none.
 *
 * @param taken who has which address; grows.
 */
export function ownAddresses(
  cluster: FoundCluster,
  names: ReadonlyMap<string, string>,
  block: Block,
  taken: Map<string, string>,
  report: ImportReport,
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  const { provisionhost, bootstrap } = cluster;
  const machines = [
    ...cluster.nodes,
    ...(provisionhost?.vm ? [{ name: 'provisionhost', address: provisionhost.address }] : []),
    ...(bootstrap ? [{ name: 'bootstrap', address: bootstrap.address }] : []),
  ];
  for (const { name, address } of machines) {
    const ip = address && parseIp(address.value);
    if (!ip) continue;
    const text = formatIp(ip);
    const edge = ip.value === block.first || (block.family === 4 && ip.value === block.first + block.size - 1n);
    const owner = taken.get(text);
    const why = !contains(block, ip)
      ? `it is outside ${formatBlock(block)}`
      : edge
        ? `no machine can have the first or the last address of ${formatBlock(block)}`
        : owner === undefined
          ? undefined
          : `it is ${owner}'s`;
    if (why === undefined) {
      taken.set(text, `${cluster.name} ${name}`);
      kept.set(names.get(name) ?? name, text);
    } else
      report.note({
        id: 'own-addresses',
        kind: 'dropped',
        what: `address ${text} of ${name}`,
        why: `${why}; the node gets one of its cluster's block`,
        at: address.at,
      });
  }
  return kept;
}
