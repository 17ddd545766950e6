import * as z from 'zod';
import type { Examples } from '../util/check-shape.ts';
import { Host } from './file/host-entry.ts';
import { Count, Domain, Mac, Name, Nic, Size, Uuid } from './file/scalars.ts';

const Vips = z.strictObject({ api: z.string(), ingress: z.string() });
const Ssh = z.strictObject({
  host: z.string().optional().describe('default: the address'),
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().default('root'),
  identity_file: z.string().optional(),
  known_hosts_file: z.string().optional(),
});

const Network = z.strictObject({
  cidr: z.string().describe('the network whose addresses clusters and servers get: 192.168.21.0/24'),
  cidr6: z.string().optional().describe('an IPv6 network beside an IPv4 one'),
  bridge: Nic.describe('the Linux bridge on every server'),
  slot_size: z.literal([8, 16, 32, 64]).default(16).describe('addresses a cluster gets, as one aligned block: 16 hold 3 masters and 9 workers'),
  dynamic: Count.default(5).describe('addresses that lab capacity keeps for what gets one of its own accord'),
  spare: Count.default(5).describe('addresses that lab capacity keeps in reserve'),
  mtu: z.int().min(576).max(9216).default(1500),
});

const Server = z.strictObject({
  address: z.string().describe('for a range of servers with a + behind it: 192.168.21.2+ counts up'),
  address6: z.string().optional(),
  nic: Nic.describe('the interface that becomes a port of the bridge'),
  cpus: z.int().min(1).describe('threads'),
  memory: Size,
  disk: Size.describe('room for disks of machines'),
  ssh: Ssh.optional(),
});

/** How labwright, a hub or DCI's agent gets a cluster onto its machines. */
export const INSTALL_METHODS = ['abi', 'ipi', 'sno-in-place', 'upi', 'assisted', 'clusterinstance', 'none'] as const;

const NodeSize = z.strictObject({ cpus: z.int().min(1).optional(), memory: Size.optional(), disks: z.array(Size).min(1).max(8).optional() });

const Cluster = z.strictObject({
  on: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('the servers of its machines; several share masters and workers out'),
  network: z.string().optional().describe('default: that of its first server'),
  install: z.enum(INSTALL_METHODS).default('none').describe('none makes machines only'),
  role: z.enum(['hub', 'spoke', 'standalone']).default('standalone'),
  hub: z.string().optional().describe('of a spoke: the cluster that installs it'),
  masters: Count.optional().describe('default 1; with from: all that are free'),
  workers: Count.optional().describe('default 0'),
  nodes: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, 'write CLUSTER/NODE or host/NAME, as cluster1/worker-3 or host/metal1'))
    .min(1)
    .optional()
    .describe('bare-metal hosts (host/NAME), instead of on or as more workers beside it; or, instead of on, machines of other clusters (CLUSTER/NODE)'),
  from: z.string().optional().describe('instead of on: the machines of this cluster that the hub does not stand on, and its VIPs'),
  host_network: z.boolean().default(false).describe('of a single node: its machine network is its own address alone'),
  active: z.boolean().default(true).describe('does it claim its machines at the start? One cluster at most for each machine'),
  vips: Vips.optional().describe('default: derived from its block of addresses'),
  vips6: Vips.optional(),
  provisionhost: z
    .strictObject({
      on: z.string().optional().describe('a VM on this server; default: on the first server of the cluster'),
      machine: z.string().optional().describe('instead: a machine that is there, jumphost, a server or host/NAME'),
      image: z.string().optional().describe('cloud image of the VM, a file on its server'),
      user: Name.default('dci').describe('the account that the installer logs in with'),
    })
    .optional()
    .describe('of install: ipi: what the installer runs on'),
  profile: z.enum(['tiny']).optional().describe('1 CPU, 128 MiB, BIOS, boots direct_boot; for install: none'),
  sizes: z
    .strictObject({ master: NodeSize.optional(), worker: NodeSize.optional(), provisionhost: NodeSize.optional(), bootstrap: NodeSize.optional() })
    .optional()
    .describe('of its machines; the least the installer accepts is kept'),
  machines: z
    .record(z.string(), z.strictObject({ mac: Mac.optional(), uuid: Uuid.optional(), on: z.string().optional() }))
    .optional()
    .describe('what is known of single machines and wins over what would be derived: {master-0: {mac: 52:54:00:00:01:04}}'),
});

/** The lab file (DESIGN §6). Its JSON Schema is what `labwright lab schema` prints. */
export const LabFile = z.strictObject({
  lab: Name.describe('its name; every UUID derives from it'),
  domain: Domain.describe('clusters are CLUSTER.DOMAIN'),
  accel: z.enum(['kvm', 'tcg']).default('kvm').describe('tcg emulates: for servers without virtualisation'),
  jumphost: z.strictObject({
    name: Name.default('jumphost'),
    address: z.string().describe('in the lab network: DHCP, DNS, NTP and the way out'),
    address6: z.string().optional(),
    nic: Nic.describe('the interface that faces the servers'),
    uplink: Nic.optional().describe('the interface that faces the outside'),
    ssh: Ssh.optional(),
  }),
  networks: z.record(Name, Network),
  servers: z.record(z.string(), Server).describe('by name or range of names: server[01-09]'),
  hosts: z.record(Name, Host).default({}).describe('bare-metal machines; clusters take them with nodes: [host/NAME]'),
  clusters: z.record(Name, Cluster),
  direct_boot: z
    .strictObject({ kernel: z.string(), initrd: z.string(), cmdline: z.string() })
    .optional()
    .describe('what machines of profile tiny boot: files on their server'),
});
export type LabFile = z.output<typeof LabFile>;
export type ClusterEntry = z.output<typeof Cluster>;
export type SshEntry = z.output<typeof Ssh>;

/** How each key that may be missing or of a wrong type is written. */
export const LAB_FILE_EXAMPLES: Examples = {
  '': 'lab: NAME, domain: …, jumphost: …, networks: …, servers: … and clusters: …, as in examples/pretty-lab/lab.yml',
  lab: 'lab: pretty',
  domain: 'domain: our.pretty.lab',
  jumphost: 'jumphost: {address: 192.168.21.1, nic: eno2}',
  'jumphost.address': 'address: 192.168.21.1',
  'jumphost.nic': 'nic: eno2',
  networks: 'networks: {baremetal: {cidr: 192.168.21.0/24, bridge: br0}}',
  'networks.*': '{cidr: 192.168.21.0/24, bridge: br0}',
  'networks.*.cidr': 'cidr: 192.168.21.0/24',
  'networks.*.bridge': 'bridge: br0',
  servers: 'servers: {"server[01-09]": {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}}',
  'servers.*': '{address: 192.168.21.2, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}',
  'servers.*.address': 'address: 192.168.21.2',
  'servers.*.nic': 'nic: eno2',
  'servers.*.cpus': 'cpus: 96',
  'servers.*.memory': 'memory: 512GiB',
  'servers.*.disk': 'disk: 4TiB',
  'hosts.*':
    '{bmc: {address: redfish-virtualmedia://192.168.30.11/redfish/v1/Systems/1}, nics: {eno1: {mac: 3c:ec:ef:00:00:11}}, cpus: 64, memory: 256GiB, disks: [{size: 480GiB}]}',
  'hosts.*.bmc': 'bmc: {address: redfish-virtualmedia://192.168.30.11/redfish/v1/Systems/1}',
  'hosts.*.bmc.address': 'address: redfish-virtualmedia://192.168.30.11/redfish/v1/Systems/1',
  'hosts.*.nics': 'nics: {eno1: {mac: 3c:ec:ef:00:00:11}}',
  'hosts.*.nics.*': '{mac: 3c:ec:ef:00:00:11}',
  'hosts.*.cpus': 'cpus: 64',
  'hosts.*.memory': 'memory: 256GiB',
  'hosts.*.disks': 'disks: [{size: 480GiB, serial: S3Z8NB0K}]',
  'hosts.*.disks.*': '{size: 480GiB, serial: S3Z8NB0K}',
  'clusters.*.provisionhost': 'provisionhost: {on: server01}, or provisionhost: {machine: jumphost}',
  clusters: 'clusters: {cluster1: {on: server01, install: abi, masters: 3}}',
  'clusters.*': '{on: server01, install: abi, masters: 3}',
  'clusters.*.on': 'on: server01, or on: [server01, server02]',
  'clusters.*.masters': 'masters: 3',
  'clusters.*.workers': 'workers: 2',
  'clusters.*.nodes': 'nodes: [cluster1/worker-3]',
  'clusters.*.vips': 'vips: {api: ADDRESS, ingress: ADDRESS}',
  'clusters.*.vips6': 'vips6: {api: ADDRESS, ingress: ADDRESS}',
};
