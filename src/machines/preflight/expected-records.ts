import type { LabPlan } from '../../lab/plan.ts';
import { parseIp } from '../../lab/ip.ts';

/** What the lab's DNS must say (reference/lab-and-libvirt.md §5.7, checks DNS-RECORD and DNS-WILDCARD). */
export interface ExpectedRecord {
  readonly check: 'DNS-RECORD' | 'DNS-WILDCARD';
  readonly cluster: string;
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'PTR';
  readonly status: 'NOERROR' | 'NXDOMAIN';
  /** Empty: the name exists, without data of this type. */
  readonly data: readonly string[];
}

/** Names of active clusters: each node both ways, api, api-int, one under apps, and one that must not exist. */
export function expectedRecords(plan: LabPlan): readonly ExpectedRecord[] {
  return plan.clusters
    .filter(({ active }) => active)
    .flatMap((cluster) => {
      const domain = `${cluster.name}.${cluster.baseDomain}`;
      const nodes = cluster.nodes.flatMap((node) => {
        const name = `${node.name}.${domain}`;
        return [...forward(name, node.addresses), ...node.addresses.map((address) => record(reverseName(address), 'PTR', [name]))];
      });
      const vips = (['api', 'ingress'] as const).map((role) => [cluster.vips[role], cluster.vips6?.[role]].filter((one) => one !== undefined));
      const [api, ingress] = [vips[0]!, vips[1]!];
      const wildcard: Expected = { check: 'DNS-WILDCARD', name: `validatenowildcarddns.${domain}`, type: 'A', status: 'NXDOMAIN', data: [] };
      return [
        ...nodes,
        ...forward(`api.${domain}`, api),
        ...forward(`api-int.${domain}`, api),
        ...forward(`labwright-check.apps.${domain}`, ingress),
        wildcard,
      ].map((one): ExpectedRecord => ({ ...one, cluster: cluster.name }));
    });
}

type Expected = Omit<ExpectedRecord, 'cluster'>;

function forward(name: string, addresses: readonly string[]): Expected[] {
  const of = (wide: boolean): string[] => addresses.filter((address) => address.includes(':') === wide).toSorted();
  return [record(name, 'A', of(false)), record(name, 'AAAA', of(true))];
}

function record(name: string, type: ExpectedRecord['type'], data: readonly string[]): Expected {
  return { check: 'DNS-RECORD', name, type, status: 'NOERROR', data };
}

function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  const digits = parseIp(address)!.value.toString(16).padStart(32, '0');
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`;
}
