import { LABWRIGHT_NAMESPACE, uuidV5 } from '../util/ids.ts';
import type { LabFile } from './lab-file.ts';
import type { PlannedCluster, PlannedMachine, PlannedNode } from './plan.ts';

interface Size {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly disksGiB: readonly number[];
}

/** Every machine once, with the largest size of all roles declared for it (reference/lab-and-libvirt.md §1.8). */
export function planMachines(file: LabFile, clusters: readonly PlannedCluster[]): PlannedMachine[] {
  const sizes = new Map<string, Size>();
  for (const cluster of clusters) {
    for (const node of cluster.nodes) {
      const size = sizeOf(cluster, node, file.clusters[cluster.name]?.profile === 'tiny');
      const before = sizes.get(node.machine);
      sizes.set(node.machine, before ? largest(before, size) : size);
    }
  }
  const lab = uuidV5(LABWRIGHT_NAMESPACE, file.lab);
  return clusters.flatMap((cluster) => {
    const { slot } = cluster;
    if (slot === null) return [];
    const entry = file.clusters[cluster.name]!;
    const tiny = entry.profile === 'tiny';
    return cluster.nodes.map((node): PlannedMachine => {
      const uuid = uuidV5(lab, `${cluster.name}/${node.name}`);
      const size = sizes.get(node.machine)!;
      const place = slot.toString(16).padStart(4, '0') + node.mac.slice(-2);
      return {
        name: node.machine,
        uuid,
        kind: 'vm',
        server: entry.on!,
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

function sizeOf(cluster: PlannedCluster, node: PlannedNode, tiny: boolean): Size {
  if (tiny) return { vcpus: 1, memoryMiB: 128, disksGiB: [1] };
  if (cluster.topology === 'sno' && cluster.role === 'hub') return { vcpus: 16, memoryMiB: 65_536, disksGiB: [200, 200] };
  return { vcpus: 8, memoryMiB: node.role === 'worker' ? 32_768 : 16_384, disksGiB: [120] };
}

function largest(a: Size, b: Size): Size {
  const disks = Math.max(a.disksGiB.length, b.disksGiB.length);
  return {
    vcpus: Math.max(a.vcpus, b.vcpus),
    memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
    disksGiB: Array.from({ length: disks }, (_, disk) => Math.max(a.disksGiB[disk] ?? 0, b.disksGiB[disk] ?? 0)),
  };
}
