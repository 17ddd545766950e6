/** What a planned lab is: everything other rooms need to know about it. Plain data, safe to store and to send. */
export interface LabPlan {
  readonly lab: string;
  /** v5 of the lab's name; root of every UUID in it. */
  readonly uuid: string;
  readonly domain: string;
  readonly accel: 'kvm' | 'tcg';
  readonly jumphost: PlannedJumphost;
  readonly networks: readonly PlannedNetwork[];
  readonly servers: readonly PlannedServer[];
  readonly clusters: readonly PlannedCluster[];
  /** Every VM or bare-metal node once, however many clusters declare a role for it. */
  readonly machines: readonly PlannedMachine[];
}

export interface PlannedJumphost {
  readonly name: string;
  readonly address: string;
  /** Beside an IPv4 one. */
  readonly address6?: string;
  /** NIC that faces the servers. */
  readonly nic: string;
  /** NIC that faces the outside, if any. */
  readonly uplink: string | undefined;
  readonly ssh: SshTarget | undefined;
}

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
}

export interface PlannedNetwork {
  readonly name: string;
  /** `192.168.21.0/24`. */
  readonly cidr: string;
  /** The IPv6 network beside an IPv4 one. */
  readonly cidr6?: string;
  readonly bridge: string;
  readonly slotSize: number;
  /** Addresses kept for a dynamic pool, and in reserve. */
  readonly dynamic: number;
  readonly spare: number;
  readonly mtu: number;
}

export interface PlannedServer {
  readonly name: string;
  readonly address: string;
  readonly address6?: string;
  readonly nic: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly ssh: SshTarget | undefined;
}

export type ClusterRole = 'hub' | 'spoke' | 'standalone';
export type Topology = 'sno' | 'compact' | 'mno';
/** How a cluster is installed; `none` makes machines only. */
export type InstallMethod = 'abi' | 'clusterinstance' | 'none';
export type NodeRole = 'master' | 'worker' | 'arbiter' | 'provisionhost';

export interface PlannedCluster {
  readonly name: string;
  /** `<name>.<lab domain>` without the name: the cluster's base domain. */
  readonly baseDomain: string;
  readonly role: ClusterRole;
  readonly topology: Topology;
  readonly install: InstallMethod;
  /** The hub that installs it, for spokes. */
  readonly hub: string | undefined;
  /** Does it hold its machines? As claimed or released, else as the lab file says; at most one active cluster per machine. */
  readonly active: boolean;
  readonly network: string;
  /** null for a cluster that reuses another's machines. */
  readonly slot: number | null;
  /** machineNetwork of the cluster: the network's CIDR, or `<address>/32` with host_network. */
  readonly machineNetwork: string;
  /** The same for IPv6, in a dual-stack network. */
  readonly machineNetwork6?: string;
  /** Of the network's first family; the node itself for a SNO. */
  readonly vips: Vips;
  readonly vips6?: Vips;
  readonly nodes: readonly PlannedNode[];
}

/** One address each, without prefix. */
export interface Vips {
  readonly api: string;
  readonly ingress: string;
}

export interface PlannedNode {
  /** `master-0`, `worker-3`: also the DHCP host name. */
  readonly name: string;
  readonly role: NodeRole;
  /** Lasting name of the machine below: `cluster1-worker-3`, also in the hub that reuses it. */
  readonly machine: string;
  /** Without prefix: one of the network's first family, then one of IPv6 in a dual-stack network. */
  readonly addresses: readonly string[];
  readonly mac: string;
}

export interface PlannedMachine {
  readonly name: string;
  readonly uuid: string;
  readonly kind: 'vm' | 'metal';
  /** The hypervisor it runs on (for metal: the server itself). */
  readonly server: string;
  readonly mac: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly firmware: 'efi' | 'bios';
  readonly disks: readonly PlannedDisk[];
  readonly bmc: PlannedBmc;
  /** Kernel and initramfs on its server, for machines that install nothing (profile `tiny`). */
  readonly directBoot: { readonly kernel: string; readonly initrd: string; readonly cmdline: string } | undefined;
}

export interface PlannedDisk {
  readonly sizeGiB: number;
  /** ≤ 20 characters, unique in the lab: the rootDeviceHint of the system disk (reference/lab-and-libvirt.md §4.2). */
  readonly serial: string;
}

export interface PlannedBmc {
  /** `https://bmc.<lab domain>:8443/redfish/v1/Systems/<uuid>`. */
  readonly url: string;
  readonly username: string;
}

/** One difference between a plan and the lock file (`lab plan`) or the lab as found (`lab apply --dry-run`). */
export interface PlanChange {
  readonly action: 'create' | 'update' | 'delete';
  /** `cluster`, `machine`, `dhcp-host`, `dns-record`, … */
  readonly kind: string;
  readonly name: string;
  /** Where: a server's name or `jumphost`; undefined for changes of the lock file. */
  readonly on?: string;
  /** What it means for whoever uses the thing now. */
  readonly consequence: 'none' | 'live' | 'next-boot' | 'redefine' | 'rebuild' | 'data-loss';
  readonly detail: string;
}
