import { closest } from '../../util/closest.ts';
import { LabwrightError } from '../../util/errors.ts';
import { SNO_HUB, USUAL, type MachineSize } from '../place/machine-size.ts';
import { MAX_MASTERS } from '../place/slot-layout.ts';

/** A cluster as one asks how many more would fit. */
export interface ClusterKind {
  /** `ipi-3+2`: 3 masters and 2 workers. */
  readonly name: string;
  /** Addresses at the peak of its installation (reference/lab-and-libvirt.md §5.1). */
  readonly addresses: number;
  /** Machines that stand at the offsets of workers in a slot. */
  readonly workerPlaces: number;
  readonly machines: readonly MachineSize[];
}

interface Method {
  /** Addresses beside those of masters and workers: VIPs, provisionhost, bootstrap, hub. */
  readonly extraAddresses: number;
  /** Machines beside masters and workers. The bootstrap of IPI runs inside its provisionhost. */
  readonly extraMachines: readonly MachineSize[];
  /** Of those, the ones at an offset of a worker. */
  readonly extraWorkerPlaces: number;
}

const METHODS = {
  abi: { extraAddresses: 2, extraMachines: [], extraWorkerPlaces: 0 },
  ipi: { extraAddresses: 4, extraMachines: [USUAL.master], extraWorkerPlaces: 0 },
  // The jumphost balances the load; the bootstrap has the size of a master.
  upi: { extraAddresses: 1, extraMachines: [USUAL.master], extraWorkerPlaces: 0 },
  'hub+spoke': { extraAddresses: 3, extraMachines: [SNO_HUB], extraWorkerPlaces: 1 },
} as const satisfies Record<string, Method>;

const SNO: ClusterKind = { name: 'sno', addresses: 1, workerPlaces: 0, machines: [USUAL.master] };

/** The kinds people ask for: those of reference/lab-and-libvirt.md §5.3. Others may have other numbers of workers. */
export const USUAL_KINDS: readonly ClusterKind[] = [
  SNO,
  ...(['abi-3+0', 'upi-3+2', 'abi-3+2', 'ipi-3+0', 'abi-3+3', 'abi-3+4', 'ipi-3+2', 'hub+spoke-3+3', 'ipi-3+3', 'ipi-3+4'] as const).map(clusterKind),
];

/** Reads `sno`, `abi-3+2`, `ipi-3+3`, `upi-3+2`, `hub+spoke-3+3`. Throws `bad_input`. */
export function clusterKind(text: string): ClusterKind {
  if (text === SNO.name) return SNO;
  const [, method, masters, workers] = /^(abi|ipi|upi|hub\+spoke)-(\d{1,3})\+(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  if (method === undefined) throw unknownKind(text);
  if (Number(masters) !== MAX_MASTERS)
    throw new LabwrightError('bad_input', `${text} has ${masters} masters; a slot is made for ${MAX_MASTERS}`, {
      hint: `write ${method}-${MAX_MASTERS}+${workers}, or sno for a single node`,
    });
  const { extraAddresses, extraMachines, extraWorkerPlaces } = METHODS[method as keyof typeof METHODS];
  const workerCount = Number(workers);
  return {
    name: text,
    addresses: MAX_MASTERS + workerCount + extraAddresses,
    workerPlaces: workerCount + extraWorkerPlaces,
    machines: [...extraMachines, ...Array.from({ length: MAX_MASTERS }, () => USUAL.master), ...Array.from({ length: workerCount }, () => USUAL.worker)],
  };
}

function unknownKind(text: string): LabwrightError {
  const names = USUAL_KINDS.map(({ name }) => name);
  const near = closest(text, names);
  return new LabwrightError('bad_input', `unknown kind ${text}`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}write one of: ${names.join(', ')}; other numbers of workers go as well`,
  });
}
