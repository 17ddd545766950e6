import * as z from 'zod';
import type { Examples } from '../util/check-shape.ts';
import type { SshTarget } from './plan.ts';

const UNITS = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 } as const;

/** `512GiB` in MiB. */
const Size = z
  .string()
  .regex(/^[1-9]\d{0,6}(MiB|GiB|TiB)$/, 'write a size as 512GiB or 4TiB')
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.slice(-3) as keyof typeof UNITS]);
const Name = z
  .string()
  .max(63, 'use 63 letters or fewer')
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'use lower-case letters, digits and dashes');
const Domain = z
  .string()
  .max(200, 'use a shorter domain')
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/, 'write a domain as our.pretty.lab, in lower case');
const Nic = z.string().regex(/^[^\s/:]{1,15}$/, 'write the interface as the kernel names it, in 15 letters or fewer: eno2');
const Mac = z
  .string()
  .regex(/^(?!fe)[\da-f][02468ace](:[\da-f]{2}){5}$/i, 'write a unicast MAC as 52:54:00:00:01:04, not beginning with fe (libvirt keeps that)')
  .transform((text) => text.toLowerCase());
const Uuid = z
  .string()
  .regex(/^[\da-f]{8}-[\da-f]{4}-[45][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i, 'write a version 4 or 5 UUID, as uuidgen prints it')
  .transform((text) => text.toLowerCase());
const Count = z.int().min(0);
const Vips = z.strictObject({ api: z.string(), ingress: z.string() });
const Ssh = z
  .strictObject({
    host: z.string(),
    port: z.int().min(1).max(65_535).default(22),
    user: z.string().default('root'),
    identity_file: z.string().optional(),
    known_hosts_file: z.string().optional(),
  })
  .transform(({ host, port, user, identity_file: identityFile, known_hosts_file: knownHostsFile }): SshTarget => ({
    host,
    port,
    user,
    identityFile,
    knownHostsFile,
  }));

const Network = z.strictObject({
  cidr: z.string(),
  cidr6: z.string().optional(),
  bridge: Nic,
  slot_size: z.literal([8, 16, 32, 64]).default(16),
  mtu: z.int().min(576).max(9216).default(1500),
});

const Server = z.strictObject({
  address: z.string(),
  address6: z.string().optional(),
  nic: Nic,
  cpus: z.int().min(1),
  memory: Size,
  disk: Size,
  ssh: Ssh.optional(),
});

const NodeSize = z.strictObject({ cpus: z.int().min(1).optional(), memory: Size.optional(), disks: z.array(Size).min(1).max(8).optional() });

const Cluster = z.strictObject({
  on: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  network: z.string().optional(),
  install: z.enum(['abi', 'clusterinstance', 'none']).default('none'),
  role: z.enum(['hub', 'spoke', 'standalone']).default('standalone'),
  hub: z.string().optional(),
  masters: Count.optional(),
  workers: Count.optional(),
  nodes: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, 'write CLUSTER/NODE, as cluster1/worker-3'))
    .min(1)
    .optional(),
  from: z.string().optional(),
  host_network: z.boolean().default(false),
  active: z.boolean().default(true),
  vips: Vips.optional(),
  vips6: Vips.optional(),
  profile: z.enum(['tiny']).optional(),
  sizes: z.strictObject({ master: NodeSize.optional(), worker: NodeSize.optional() }).optional(),
  /** What is known of single machines and wins over what would be derived. */
  machines: z.record(z.string(), z.strictObject({ mac: Mac.optional(), uuid: Uuid.optional(), on: z.string().optional() })).optional(),
});

/** The lab file (DESIGN §6). */
export const LabFile = z.strictObject({
  lab: Name,
  domain: Domain,
  accel: z.enum(['kvm', 'tcg']).default('kvm'),
  jumphost: z.strictObject({
    name: Name.default('jumphost'),
    address: z.string(),
    address6: z.string().optional(),
    nic: Nic,
    uplink: Nic.optional(),
    ssh: Ssh.optional(),
  }),
  networks: z.record(Name, Network),
  servers: z.record(z.string(), Server),
  clusters: z.record(Name, Cluster),
  /** What machines of profile `tiny` boot: files on their server. */
  direct_boot: z.strictObject({ kernel: z.string(), initrd: z.string(), cmdline: z.string() }).optional(),
});
export type LabFile = z.output<typeof LabFile>;
export type ClusterEntry = z.output<typeof Cluster>;

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
  clusters: 'clusters: {cluster1: {on: server01, install: abi, masters: 3}}',
  'clusters.*': '{on: server01, install: abi, masters: 3}',
  'clusters.*.on': 'on: server01, or on: [server01, server02]',
  'clusters.*.masters': 'masters: 3',
  'clusters.*.workers': 'workers: 2',
  'clusters.*.nodes': 'nodes: [cluster1/worker-3]',
  'clusters.*.vips': 'vips: {api: ADDRESS, ingress: ADDRESS}',
  'clusters.*.vips6': 'vips6: {api: ADDRESS, ingress: ADDRESS}',
};
