import type { LabPlan } from '../../lab/plan.ts';
import type { LabState } from '../changes/observe-lab.ts';
import type { BmcAnswer } from './bmc-probe.ts';
import type { BridgeAnswer } from './bridge-probe.ts';
import type { HostFacts } from './host-facts.ts';
import type { RegistryAnswer } from './registry-probe.ts';
import type { SegmentAnswer } from './segment-probe.ts';

/** What was found out about a lab, for the checks to judge. Undefined is what could not be looked at. */
export interface LabFacts {
  readonly plan: LabPlan;
  readonly state: LabState;
  /** By host name, the jumphost's among them. */
  readonly hosts: ReadonlyMap<string, HostFacts>;
  readonly segment: SegmentAnswer | undefined;
  /** By server: what a VM there sees of the lab. */
  readonly bridges: ReadonlyMap<string, BridgeAnswer>;
  /** By machine: what the BMCs of bare-metal hosts say. */
  readonly bmcs: ReadonlyMap<string, BmcAnswer>;
  /** Of a lab that has its registry from labwright. */
  readonly registry?: RegistryAnswer | undefined;
  /** dnsmasq's own words on the planned configuration, when it refuses it. */
  readonly dnsmasqRefusal: string | undefined;
}

/** One thing that is wrong, on one host. */
export interface Found {
  readonly on: string;
  /** The only cluster that it is about; undefined when it spoils whatever is there. */
  readonly cluster?: string;
  readonly message: string;
  /** What was seen, in the words of the program that was asked. */
  readonly evidence: string;
}

export interface Check {
  /** As in reference/lab-and-libvirt.md §7.1; lasting, for documents and scripts. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  /** What it looks for. */
  readonly finds: string;
  /** What to do then, in the imperative. */
  readonly fix: string;
  readonly find: (facts: LabFacts) => readonly Found[];
}

interface AddressOwner {
  readonly cluster: string;
  /** In words. */
  readonly owner: string;
  readonly macs: readonly string[];
}

/** Every planned address of an active cluster, with who owns it. */
export function plannedAddresses(plan: LabPlan): ReadonlyMap<string, AddressOwner> {
  const owners = new Map<string, AddressOwner>();
  for (const cluster of plan.clusters.filter(({ active }) => active)) {
    // While IPI installs, its bootstrap VM has the API.
    const macs = [...cluster.nodes.map(({ mac }) => mac), ...(cluster.bootstrap ? [cluster.bootstrap.mac] : [])];
    const vips = [...Object.entries(cluster.vips), ...Object.entries(cluster.vips6 ?? {})] as [string, string][];
    for (const [role, address] of vips) owners.set(address, { cluster: cluster.name, owner: `${role} VIP of ${cluster.name}`, macs });
    for (const node of cluster.nodes)
      for (const address of node.addresses) owners.set(address, { cluster: cluster.name, owner: `${node.name} of ${cluster.name}`, macs: [node.mac] });
  }
  return owners;
}
