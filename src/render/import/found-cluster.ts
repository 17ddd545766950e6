import type { InstallMethod } from '../../lab/plan.ts';
import type { FilePosition } from '../../util/errors.ts';

/** A value of an inventory, and where it stands. */
export interface Found<T> {
  readonly value: T;
  readonly at: FilePosition;
}

/** One cluster as an inventory of any format describes it, before it becomes part of a lab. */
export interface FoundCluster {
  readonly name: string;
  readonly at: FilePosition;
  readonly domain: Found<string>;
  readonly install: InstallMethod;
  readonly network: FoundNetwork;
  /** The server of its VMs; undefined when it has none. */
  readonly hypervisor: FoundHypervisor | undefined;
  readonly vips: { readonly api: Found<string>; readonly ingress: Found<string> } | undefined;
  readonly nodes: readonly FoundNode[];
  readonly provisionhost: FoundProvisionhost | undefined;
  /** Of UPI: a VM beside the cluster's own. */
  readonly bootstrap?: Pick<FoundNode, 'mac' | 'uuid' | 'address'>;
  /** Variables that the agent needs to install it and that no plan gives. */
  readonly agentNeeds?: readonly string[];
}

export interface FoundNetwork {
  readonly cidr: Found<string> | undefined;
  /** The IPv6 network beside an IPv4 one. */
  readonly cidr6: Found<string> | undefined;
  readonly bridge: Found<string> | undefined;
  readonly gateway: Found<string> | undefined;
  /** Behind NAT on one server: its addresses were nobody else's business. */
  readonly nat: boolean;
}

export interface FoundHypervisor {
  /** As written: a name, an address, or localhost. */
  readonly host: Found<string> | undefined;
  readonly user: string | undefined;
}

export interface FoundSize {
  readonly cpus?: number;
  readonly memoryMiB?: number;
  readonly disksGiB?: readonly number[];
}

export interface FoundNode {
  readonly name: string;
  readonly role: 'master' | 'worker';
  readonly at: FilePosition;
  /** Of the NIC on the machine network. */
  readonly mac: Found<string> | undefined;
  readonly uuid: Found<string> | undefined;
  /** On the machine network; a name where only that is known. */
  readonly address: Found<string> | undefined;
  readonly size: FoundSize;
  /** undefined for a VM. */
  readonly metal: FoundMetal | undefined;
}

export interface FoundMetal {
  /** As metal3 writes it: `redfish-virtualmedia://192.168.30.11/redfish/v1/Systems/1`. */
  readonly bmc: string;
  /** Why that is a guess, where it is one. */
  readonly doubt?: string;
  readonly username: string;
  readonly nic: string | undefined;
  readonly hints: Readonly<Record<string, string>>;
}

/** A VM of the cluster, or a machine that is there anyway. */
export interface FoundProvisionhost {
  readonly vm: boolean;
  readonly user: string | undefined;
  readonly size: FoundSize;
  readonly mac: Found<string> | undefined;
  readonly address: Found<string> | undefined;
}
