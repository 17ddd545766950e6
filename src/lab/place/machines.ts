import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';
import type { LabFile } from '../lab-file.ts';
import { largest, type MachineSize, sizeOf } from './machine-size.ts';
import type { PlannedCluster, PlannedMachine, PlannedNode } from '../plan.ts';
import type { Report } from '../check/report.ts';
import type { Segment } from '../segments.ts';
import { MASTER_OFFSET, WORKER_OFFSET } from './slot-layout.ts';

/**
 * Every machine once, with the largest size of all roles declared for it (reference/lab-and-libvirt.md §1.8).
 *
 * @param homes the servers of each cluster that has machines of its own.
 */
export function planMachines(
  file: LabFile,
  clusters: readonly PlannedCluster[],
  segments: readonly Segment[],
  homes: ReadonlyMap<string, readonly string[]>,
  report: Report,
): PlannedMachine[] {
  const sizes = new Map<string, MachineSize>();
  for (const cluster of clusters) {
    for (const role of ['master', 'worker'] as const) {
      const size = sizeOf(cluster, role, file.clusters[cluster.name]!, report);
      for (const { machine } of cluster.nodes.filter((node) => node.role === role)) {
        const before = sizes.get(machine);
        sizes.set(machine, before ? largest(before, size) : size);
      }
    }
  }
  const lab = uuidV5(LABWRIGHT_NAMESPACE, file.lab);
  return clusters.flatMap((cluster) => {
    const { slot } = cluster;
    if (slot === null) return [];
    const entry = file.clusters[cluster.name]!;
    const servers = homes.get(cluster.name)!;
    const tiny = entry.profile === 'tiny';
    const index = segments.find(({ name }) => name === cluster.network)!.index;
    return cluster.nodes.map((node): PlannedMachine => {
      const own = entry.machines?.[node.name];
      const uuid = own?.uuid ?? uuidV5(lab, `${cluster.name}/${node.name}`);
      const size = sizes.get(node.machine)!;
      const place = hex(index * 0x1_0000 + slot, 4) + hex((node.role === 'master' ? MASTER_OFFSET : WORKER_OFFSET) + numberOf(node), 2);
      return {
        name: node.machine,
        uuid,
        kind: 'vm',
        // Masters are dealt out one by one, and so are workers: with a server, as few masters as possible are lost.
        server: own?.on ?? servers[numberOf(node) % servers.length]!,
        mac: node.mac,
        vcpus: size.vcpus,
        memoryMiB: size.memoryMiB,
        firmware: tiny ? 'bios' : 'efi',
        disks: size.disksGiB.map((sizeGiB, disk) => ({ sizeGiB, serial: `${place}-${disk}-${uuid.slice(0, 4)}` })),
        bmc: { url: `https://bmc.${file.domain}:8443/redfish/v1/Systems/${uuid}`, username: 'admin' },
        directBoot: tiny ? file.direct_boot : undefined,
      };
    });
  });
}

function numberOf(node: PlannedNode): number {
  return Number(node.name.split('-')[1]);
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
