import type { LabFile } from '../lab-file.ts';
import type { PlannedCluster } from '../plan.ts';
import type { Report } from './report.ts';

/** Below it no link carries IPv6 (RFC 8200, section 5). */
const LEAST_IPV6_MTU = 1280;

/** Packet sizes that do not go together: too small for IPv6, or of two networks whose clusters talk to each other. */
export function checkMtu(file: LabFile, clusters: readonly PlannedCluster[], report: Report): void {
  for (const [name, { mtu, cidr, cidr6 }] of Object.entries(file.networks))
    if (mtu < LEAST_IPV6_MTU && (cidr6 !== undefined || cidr.includes(':')))
      report.error(
        'mtu-too-small',
        ['networks', name, 'mtu'],
        `${name} has MTU ${mtu}, and IPv6 needs ${LEAST_IPV6_MTU}`,
        `write mtu: ${LEAST_IPV6_MTU} or more`,
      );
  const byName = new Map(clusters.map((one) => [one.name, one]));
  const told = new Set<string>();
  for (const spoke of clusters) {
    const hub = byName.get(spoke.hub ?? '');
    const [here, there] = [file.networks[spoke.network]!.mtu, hub && file.networks[hub.network]!.mtu];
    if (!hub || there === undefined || here === there || told.has(`${hub.network} ${spoke.network}`)) continue;
    told.add(`${hub.network} ${spoke.network}`);
    report.warn(
      'mtu-differs',
      ['networks', here < there ? spoke.network : hub.network, 'mtu'],
      `${hub.network} of hub ${hub.name} has MTU ${there}, ${spoke.network} of its spoke ${spoke.name} ${here}: large packets between them arrive only where every router on the way may say so`,
      'give both one mtu, or let ICMP pass between them',
    );
  }
}
