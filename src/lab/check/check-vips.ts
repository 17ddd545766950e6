import { contains, formatBlock, parseIp } from '../ip.ts';
import type { LabFile } from '../lab-file.ts';
import type { PlannedCluster } from '../plan.ts';
import type { Segment } from '../segments.ts';
import type { Report } from './report.ts';

/** VIPs that a user wrote are in the network of their cluster, whose nodes carry them; those of UPI are a load balancer's, which may be elsewhere. */
export function checkVips(file: LabFile, clusters: readonly PlannedCluster[], segments: readonly Segment[], report: Report): void {
  for (const { name, network, install } of clusters) {
    if (install === 'upi') continue;
    const segment = segments.find((one) => one.name === network)!;
    for (const key of ['vips', 'vips6'] as const)
      for (const kind of ['api', 'ingress'] as const) {
        const written = file.clusters[name]?.[key]?.[kind];
        const block = key === 'vips' ? segment.block : segment.block6;
        const ip = written === undefined ? undefined : parseIp(written);
        if (!ip || !block || contains(block, ip)) continue;
        report.error(
          'vips-elsewhere',
          ['clusters', name, key, kind],
          `${kind} ${written} of ${name} is outside ${formatBlock(block)}, the network of its nodes`,
          `use an address of ${network}, or remove ${key}: they are derived then`,
        );
      }
  }
}
