import type { PlannedMachine, PlannedServer } from '../plan.ts';

const GIB = 1024;
/** vCPUs per thread: functional CI runs well at 2 to 3, smoke tests at 4 (reference/lab-and-libvirt.md §5.2). */
export const CPU_RATIO = { doubtful: 3, most: 4 };
/** A thin disk of a cluster that lives a day fills to about a third; ISOs and the host keep some room. */
export const DISK = { filled: 0.35, usable: 0.85 };

/** What machines may take of a server: beside it, the host has its own share; a quarter of a server too small for that. */
export function usableMemoryMiB({ memoryMiB }: Pick<PlannedServer, 'memoryMiB'>): number {
  return memoryMiB - Math.min(8 * GIB, memoryMiB / 4) - 0.02 * memoryMiB;
}

/** What a machine of this memory takes of its server, with what QEMU needs beside the guest. */
export function takenMemoryMiB({ memoryMiB }: Pick<PlannedMachine, 'memoryMiB'>): number {
  return memoryMiB + Math.min(0.3 * GIB, memoryMiB / 4);
}

export function usableDiskGiB({ diskGiB }: Pick<PlannedServer, 'diskGiB'>): number {
  return Math.floor(diskGiB * DISK.usable);
}
