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
  readonly services: JumphostServices;
}

/** What the jumphost does beside DHCP and DNS (reference/lab-and-libvirt.md §2.6, §2.7). */
export interface JumphostServices {
  readonly ntpUpstreams: readonly string[];
  readonly httpStore: StoreService | undefined;
  readonly registry: RegistryService | undefined;
  /** Ports that jobs may open for machines of the lab: `20000-20999`. */
  readonly jobPorts: string;
  readonly firewall: 'none' | 'nftables' | 'firewalld';
}

export interface StoreService {
  readonly port: number;
  /** Folder on the jumphost. */
  readonly root: string;
  /** `lab prepare` sets it up; the registry with a CA and a password of its own. */
  readonly serve: boolean;
}

export interface RegistryService extends StoreService {
  /** File on the jumphost with the CA of its certificate. */
  readonly ca?: string | undefined;
  /** Disconnected jobs copy what their release needs into it. */
  readonly mirror: boolean;
  /** By digest, beside those of a release. */
  readonly additionalImages: readonly string[];
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
  /** `nat`: libvirt's own network on the one server that has machines in it. */
  readonly mode: 'bridge' | 'nat';
  /** Tag on the NICs of servers and hosts; undefined where it is untagged. */
  readonly vlan: number | undefined;
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
  /** Port of the bridge: a NIC or one of `bonds`. In a network of mode nat, the bridge. */
  readonly nic: string;
  /** By network: the NIC of further networks that are not tagged on `nic`. */
  readonly nics: Readonly<Record<string, string>>;
  readonly bonds: readonly PlannedBond[];
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  /** Storage pools beside that of `diskGiB`. */
  readonly pools: readonly PlannedPool[];
  readonly ssh: SshTarget | undefined;
}

export interface PlannedBond {
  readonly name: string;
  readonly nics: readonly string[];
  readonly mode: string;
}

export interface PlannedPool {
  readonly name: string;
  /** Folder on the server. */
  readonly path: string;
  readonly sizeGiB: number;
}

export type ClusterRole = 'hub' | 'spoke' | 'standalone';
export type Topology = 'sno' | 'compact' | 'mno';
/** How a cluster is installed; `none` makes machines only. */
export type InstallMethod = 'abi' | 'ipi' | 'sno-in-place' | 'upi' | 'assisted' | 'clusterinstance' | 'none';
/** `provisionhost` (IPI) and `bootstrap` (UPI) stand beside a cluster and are no members of it: see `membersOf`. */
export type NodeRole = 'master' | 'worker' | 'arbiter' | 'provisionhost' | 'bootstrap';

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
  /** Further networks of its machines. */
  readonly networks: readonly ExtraNetwork[];
  /** static: what the installer reads holds the addresses. */
  readonly addressing: 'dhcp' | 'static';
  /** null for a cluster that reuses another's machines. */
  readonly slot: number | null;
  /** How its MACs are counted, when not as its addresses. */
  readonly macs?: 'slot' | 'seed2';
  /** machineNetwork of the cluster: the network's CIDR, or `<address>/32` with host_network. */
  readonly machineNetwork: string;
  /** The same for IPv6, in a dual-stack network. */
  readonly machineNetwork6?: string;
  /** Of the network's first family; the node itself for a SNO. */
  readonly vips: Vips;
  readonly vips6?: Vips;
  /** Members first, then what stands beside them. */
  readonly nodes: readonly PlannedNode[];
  /** Of IPI: what the installer runs on; also among the nodes when it is the cluster's own VM or a bare-metal host. */
  readonly provisionhost?: PlannedProvisionhost;
  /** Of IPI: kept for the bootstrap VM, which the installer makes inside the provisionhost with this MAC. */
  readonly bootstrap?: Reservation;
  /** Of a hub: the Git host on it. */
  readonly gitea?: { readonly image: string; readonly storageGiB: number };
  /** Addresses kept for hosted control planes that this cluster carries. */
  readonly hosted: readonly HostedControlPlane[];
}

export interface ExtraNetwork {
  readonly name: string;
  /** null for a cluster that reuses another's machines. */
  readonly slot: number | null;
}

export interface HostedControlPlane {
  readonly name: string;
  readonly vips: Vips;
  readonly vips6?: Vips;
}

export interface PlannedProvisionhost {
  /** `provisionhost`, or the name of a machine that is there anyway. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Its machine in the plan; undefined for jumphost and servers. */
  readonly machine: string | undefined;
  /** Cloud image on the VM's server, when the lab file names one. */
  readonly image: string | undefined;
  /** Account that the installer logs in with. */
  readonly user: string;
}

/** A MAC that gets these addresses, whoever has it. */
export interface Reservation {
  readonly addresses: readonly string[];
  readonly mac: string;
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
  /** In further networks of its cluster, in their order. */
  readonly interfaces?: readonly PlannedInterface[];
}

export interface PlannedInterface {
  readonly network: string;
  /** NIC of the machine, as the installed system names it. */
  readonly nic: string;
  /** Set where the network is tagged on a NIC that has other traffic too. */
  readonly vlan?: number;
  readonly mac: string;
  /** As of a node: one of each family. */
  readonly addresses: readonly string[];
}

export interface PlannedMachine {
  readonly name: string;
  readonly uuid: string;
  readonly kind: 'vm' | 'metal';
  /** The cluster whose entry makes this VM; undefined for bare metal, which is there anyway. */
  readonly home: string | undefined;
  /** The hypervisor it runs on; for metal its own name, which is no server of the plan. */
  readonly server: string;
  /** Of the NIC it boots from: the first of `nics`. */
  readonly mac: string;
  /** As the installed system names them. */
  readonly nics: readonly PlannedNic[];
  /** Of bare metal: NICs that the installed system uses as one. */
  readonly bonds: readonly PlannedBond[];
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly firmware: 'efi' | 'bios';
  readonly disks: readonly PlannedDisk[];
  /** Of a VM: the storage pool of its server that its disks are in; undefined for the usual one. */
  readonly pool: PlannedPool | undefined;
  /** The disk to install to; empty when nothing tells the disks of a bare-metal host apart. */
  readonly rootDeviceHints: RootDeviceHints;
  readonly bmc: PlannedBmc;
  readonly tags: readonly string[];
  /** Kernel and initramfs on its server, for machines that install nothing (profile `tiny`). */
  readonly directBoot: { readonly kernel: string; readonly initrd: string; readonly cmdline: string } | undefined;
}

export interface PlannedNic {
  readonly name: string;
  readonly mac: string;
  /** The further network it is in; undefined for the cluster's own. */
  readonly network?: string;
}

export interface PlannedDisk {
  readonly sizeGiB: number;
  /** Of a VM: ≤ 20 characters, unique in the lab (reference/lab-and-libvirt.md §4.2). Of bare metal: as discovered, or undefined. */
  readonly serial: string | undefined;
  /** Of bare metal only: a VM's disk with one would hide its serial. */
  readonly wwn?: string;
}

/** In metal3's spelling (reference/lab-and-libvirt.md §4.1); all that are given must match. */
export interface RootDeviceHints {
  readonly deviceName?: string;
  readonly hctl?: string;
  readonly model?: string;
  readonly vendor?: string;
  readonly serialNumber?: string;
  readonly minSizeGigabytes?: number;
  readonly wwn?: string;
  readonly wwnWithExtension?: string;
  readonly wwnVendorExtension?: string;
  readonly rotational?: boolean;
}

export type BmcProtocol = 'redfish-virtualmedia' | 'redfish' | 'redfish-uefihttp' | 'idrac-virtualmedia' | 'idrac-redfish' | 'ilo5-virtualmedia' | 'ipmi';

export interface PlannedBmc {
  /** `https://bmc.<lab domain>:8443/redfish/v1/Systems/<uuid>` for a VM; a host's own Redfish system, or `ipmi://HOST:623`. */
  readonly url: string;
  readonly protocol: BmcProtocol;
  readonly username: string;
  /** Of bare metal: the file on the jumphost that holds its password. A VM's password derives from the lab's secret. */
  readonly passwordFile?: string;
  readonly verifyTls: boolean;
}

/** One difference between a plan and the lock file (`lab plan`) or the lab as found (`lab apply --dry-run`). */
export interface PlanChange {
  readonly action: 'create' | 'update' | 'delete';
  /** `cluster`, `machine`, `dhcp-host`, `dns-record`, … */
  readonly kind: string;
  readonly name: string;
  /** Where: a server's name or `jumphost`; undefined for changes of the lock file. */
  readonly on?: string;
  /** What it means for whoever uses the thing now; `refused` while a cluster holds the machine. */
  readonly consequence: 'none' | 'live' | 'next-boot' | 'redefine' | 'rebuild' | 'data-loss' | 'refused';
  readonly detail: string;
}
