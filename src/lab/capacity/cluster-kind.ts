import { closest } from '../../util/closest.ts';
import { LabwrightError } from '../../util/errors.ts';
import { LEAST, SNO_HUB, USUAL, type MachineSize } from '../place/machine-size.ts';
import { keptAtEnd, MAX_MASTERS, MOST_MASTERS } from '../place/slot-layout.ts';

/** A cluster as one asks how many more would fit. */
export interface ClusterKind {
  /** `ipi-3+2`: 3 masters and 2 workers. */
  readonly name: string;
  /** Addresses at the peak of its installation (reference/lab-and-libvirt.md §5.1). */
  readonly addresses: number;
  /** Does it have a slot of its own, and how many of its machines stand at the offsets of workers there? */
  readonly slot: boolean;
  readonly workerPlaces: number;
  /** Places at the end of the slot that no worker has. */
  readonly kept: number;
  /** Control planes whose addresses are kept in the slot of a hub. */
  readonly hosted: number;
  /** VMs of servers. */
  readonly machines: readonly MachineSize[];
  /** The least that each of its bare-metal nodes has to be. */
  readonly hosts: readonly MachineSize[];
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

const OWN_SLOT = { slot: true, workerPlaces: 0, kept: 0, hosted: 0, machines: [], hosts: [] } as const;
const SNO: ClusterKind = { ...OWN_SLOT, name: 'sno', addresses: 1, machines: [USUAL.master] };
const METAL_SNO: ClusterKind = { ...OWN_SLOT, name: 'metal-sno', addresses: 1, hosts: [LEAST.sno] };
/** Its workers are VMs inside the hub: on the lab's networks are api and ingress only. */
const HCP: ClusterKind = { ...OWN_SLOT, name: 'hcp', addresses: 2, slot: false, hosted: 1 };

/** The kinds people ask for: those of reference/lab-and-libvirt.md §5.3. Others may have other numbers of workers. */
export const USUAL_KINDS: readonly ClusterKind[] = [
  SNO,
  ...(['abi-3+0', 'upi-3+2', 'abi-3+2', 'ipi-3+0', 'abi-3+3', 'abi-3+4', 'ipi-3+2', 'hub+spoke-3+3', 'ipi-3+3', 'ipi-3+4'] as const).map(clusterKind),
];
const OTHER_KINDS = [HCP.name, 'hcp-0+2', METAL_SNO.name, 'metal-abi-3+2', 'metal-ipi-3+2'];

/**
 * Reads `sno`, `abi-3+2`, `ipi-3+3`, `upi-3+2`, `hub+spoke-3+3`; the same with its nodes on bare metal, `metal-sno`, `metal-abi-3+2`; and a hosted
 * control plane, `hcp`, whose workers are `hcp-0+2` when they are bare metal. Throws `bad_input`.
 */
export function clusterKind(text: string): ClusterKind {
  const single = [SNO, METAL_SNO, HCP].find(({ name }) => name === text);
  if (single) return single;
  const [, metal, method, masters, workers] = /^(metal-)?(abi|ipi|upi|hub\+spoke|hcp)-(\d{1,3})\+(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  if (method === undefined || (method === 'hcp' && metal)) throw unknownKind(text);
  const workerCount = Number(workers);
  const hostsOf = (role: 'master' | 'worker', count: number): MachineSize[] => Array.from({ length: count }, () => LEAST[role]);
  if (method === 'hcp') {
    if (Number(masters) !== 0 || workerCount === 0)
      throw new LabwrightError('bad_input', `${text}: the masters of a hosted control plane are pods of its hub`, {
        hint: 'write hcp, or hcp-0+2 for one with two bare-metal workers',
      });
    return { ...HCP, name: text, addresses: HCP.addresses + workerCount, slot: true, workerPlaces: workerCount, hosts: hostsOf('worker', workerCount) };
  }
  const masterCount = Number(masters);
  if (masterCount < MAX_MASTERS || masterCount > MOST_MASTERS)
    throw new LabwrightError('bad_input', `${text} has ${masters} masters; a control plane has ${MAX_MASTERS} to ${MOST_MASTERS}`, {
      hint: `write ${metal ?? ''}${method}-${MAX_MASTERS}+${workers}, or ${metal ?? ''}sno for a single node`,
    });
  const { extraAddresses, extraMachines, extraWorkerPlaces } = METHODS[method as keyof typeof METHODS];
  const nodes = [...Array.from({ length: masterCount }, () => USUAL.master), ...Array.from({ length: workerCount }, () => USUAL.worker)];
  return {
    ...OWN_SLOT,
    name: text,
    addresses: masterCount + workerCount + extraAddresses,
    workerPlaces: workerCount + extraWorkerPlaces,
    kept: keptAtEnd(masterCount, 0),
    machines: [...extraMachines, ...(metal ? [] : nodes)],
    hosts: metal ? [...hostsOf('master', masterCount), ...hostsOf('worker', workerCount)] : [],
  };
}

function unknownKind(text: string): LabwrightError {
  const names = [...USUAL_KINDS.map(({ name }) => name), ...OTHER_KINDS];
  const near = closest(text, names);
  return new LabwrightError('bad_input', `unknown kind ${text}`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}write one of: ${names.join(', ')}; other numbers of workers go as well`,
  });
}
