import type { MachineSize } from './machine-size.ts';

/** Sizes of a profile by role; a role that is missing has the usual one. `sno` is the master of a single node. */
export type VmProfile = Readonly<Partial<Record<'sno' | 'master' | 'worker' | 'provisionhost' | 'bootstrap', MachineSize>>>;

const GIB = 1024;
function size(vcpus: number, memoryGiB: number, ...disksGiB: number[]): MachineSize {
  return { vcpus, memoryMiB: memoryGiB * GIB, disksGiB };
}

/** The sizes that labs use, by where they come from (reference/lab-and-libvirt.md §1.8). What is below an installer's minimum is raised to it. */
export const VM_PROFILES: Readonly<Record<string, VmProfile>> = {
  seed2: { sno: size(6, 8, 120), master: size(8, 16, 120), worker: size(8, 32, 120), provisionhost: size(8, 16, 120) },
  'dci-ipi': { sno: size(8, 16, 52), master: size(8, 16, 52), worker: size(8, 16, 52), provisionhost: size(8, 16, 52) },
  'dci-sno': { sno: size(8, 16, 30) },
  'dci-abi': { sno: size(16, 64, 200), master: size(8, 16, 250), worker: size(24, 96, 250) },
  'dci-kvm': { master: size(6, 16, 120), worker: size(8, 30, 120) },
};
