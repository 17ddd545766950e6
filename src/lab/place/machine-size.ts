import type { SizesEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import type { PlannedCluster } from '../plan.ts';
import type { Report } from '../check/report.ts';
import { VM_PROFILES } from './vm-profiles.ts';

export interface MachineSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly disksGiB: readonly number[];
}

const GIB = 1024;
const TINY: MachineSize = { vcpus: 1, memoryMiB: 128, disksGiB: [1] };
/** A hub of one node also stores what its spokes boot (reference/lab-and-libvirt.md §1.8). */
export const SNO_HUB: MachineSize = { vcpus: 16, memoryMiB: 64 * GIB, disksGiB: [200, 200] };
export const USUAL = {
  master: { vcpus: 8, memoryMiB: 16 * GIB, disksGiB: [120] },
  worker: { vcpus: 8, memoryMiB: 32 * GIB, disksGiB: [120] },
  provisionhost: { vcpus: 8, memoryMiB: 16 * GIB, disksGiB: [120] },
  bootstrap: { vcpus: 8, memoryMiB: 16 * GIB, disksGiB: [120] },
} as const;
export type SizedRole = keyof typeof USUAL;
/** Below these an installation is refused (assisted-service's data/default_hw_requirements.json). */
export const LEAST = {
  sno: { vcpus: 8, memoryMiB: 16 * GIB, disksGiB: [100] },
  master: { vcpus: 4, memoryMiB: 16 * GIB, disksGiB: [100] },
  worker: { vcpus: 2, memoryMiB: 8 * GIB, disksGiB: [100] },
  // Runs the bootstrap VM inside; below the half of its usual size that VM has no room.
  provisionhost: { vcpus: 4, memoryMiB: 8 * GIB, disksGiB: [50] },
  bootstrap: { vcpus: 4, memoryMiB: 16 * GIB, disksGiB: [100] },
} as const;

/** The size a cluster asks of its machines in one role: what its entry says over its profile, but never less than its installer accepts. */
export function sizeOf(file: LabFile, cluster: PlannedCluster, role: SizedRole, report: Report): MachineSize {
  const entry = file.clusters[cluster.name]!;
  const { profile = '' } = entry;
  if (profile === 'tiny' && !entry.sizes?.[role]) return TINY;
  const usual = profile === 'tiny' ? TINY : isSno(cluster, role) && cluster.role === 'hub' ? SNO_HUB : USUAL[role];
  const builtIn = VM_PROFILES[profile]?.[isSno(cluster, role) ? 'sno' : role];
  const own = file.profiles[profile]?.[role];
  const asked = entry.sizes?.[role];
  const size = over(over(builtIn ?? usual, own), asked);
  const least = leastOf(cluster, role);
  if (!least || fits(size, least)) return size;
  const raised = largest(size, least);
  if (own ?? asked)
    report.warn(
      'below-minimum',
      asked ? ['clusters', cluster.name, 'sizes', role] : ['profiles', profile, role],
      `${role}s of ${cluster.name} are raised to ${raised.vcpus} CPUs, ${raised.memoryMiB / GIB}GiB and a disk of ${raised.disksGiB[0]}GiB, the least their installer accepts`,
      `write at least that, or install: none`,
    );
  return raised;
}

function over(size: MachineSize, entry: NonNullable<SizesEntry['master']> | undefined): MachineSize {
  return {
    vcpus: entry?.cpus ?? size.vcpus,
    memoryMiB: entry?.memory ?? size.memoryMiB,
    disksGiB: entry?.disks?.map((mib) => Math.ceil(mib / GIB)) ?? size.disksGiB,
  };
}

/** Below that the installer of a cluster refuses a machine; undefined where none is asked. */
export function leastOf(cluster: PlannedCluster, role: SizedRole): MachineSize | undefined {
  return cluster.install === 'none' ? undefined : LEAST[isSno(cluster, role) ? 'sno' : role];
}

export function fits(size: MachineSize, least: MachineSize): boolean {
  return size.vcpus >= least.vcpus && size.memoryMiB >= least.memoryMiB && size.disksGiB[0]! >= least.disksGiB[0]!;
}

function isSno({ topology }: PlannedCluster, role: SizedRole): boolean {
  return topology === 'sno' && role === 'master';
}

export function largest(a: MachineSize, b: MachineSize): MachineSize {
  const disks = Math.max(a.disksGiB.length, b.disksGiB.length);
  return {
    vcpus: Math.max(a.vcpus, b.vcpus),
    memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
    disksGiB: Array.from({ length: disks }, (_, disk) => Math.max(a.disksGiB[disk] ?? 0, b.disksGiB[disk] ?? 0)),
  };
}
