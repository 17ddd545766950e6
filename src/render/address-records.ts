import type { PlannedCluster, Vips } from '../lab/plan.ts';

export interface AddressRecord {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** Stands for every name below these, too. */
  readonly wildcard?: boolean;
}

/**
 * The names of a cluster (reference/lab-and-libvirt.md §5.7). Nodes come before api: the first record of an address owns its PTR, which has to be the
 * node's name.
 */
export function addressRecords(cluster: PlannedCluster): AddressRecord[] {
  const domain = `${cluster.name}.${cluster.baseDomain}`;
  const { api, ingress } = entryPoints(cluster);
  return [
    ...cluster.nodes.map(({ name, addresses }) => ({ names: [`${name}.${domain}`], addresses })),
    ...(cluster.bootstrap ? [{ names: [`bootstrap.${domain}`], addresses: cluster.bootstrap.addresses }] : []),
    { names: [`api.${domain}`], addresses: api },
    { names: [`api-int.${domain}`], addresses: api },
    { names: [`apps.${domain}`], addresses: ingress, wildcard: true },
    ...cluster.hosted.flatMap(({ name, vips, vips6 }) => {
      const hosted = `${name}.${cluster.baseDomain}`;
      return [
        { names: [`api.${hosted}`], addresses: both(vips.api, vips6?.api) },
        { names: [`api-int.${hosted}`], addresses: both(vips.api, vips6?.api) },
        { names: [`apps.${hosted}`], addresses: both(vips.ingress, vips6?.ingress), wildcard: true },
      ];
    }),
  ];
}

/** A single-node cluster has no VIP daemons: everything is the node itself, unless UPI balances its load elsewhere. */
function entryPoints({ topology, install, nodes, vips, vips6 }: PlannedCluster): Readonly<Record<keyof Vips, readonly string[]>> {
  const node = nodes.find((candidate) => candidate.role === 'master')?.addresses;
  if (topology === 'sno' && install !== 'upi' && node) return { api: node, ingress: node };
  return { api: both(vips.api, vips6?.api), ingress: both(vips.ingress, vips6?.ingress) };
}

function both(address: string, address6: string | undefined): readonly string[] {
  return [address, ...(address6 === undefined ? [] : [address6])];
}
