import * as z from 'zod';
import type { SshTarget } from './plan.ts';

const UNITS = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 } as const;

/** `512GiB` in MiB. */
const Size = z
  .string()
  .regex(/^[1-9]\d*(MiB|GiB|TiB)$/, 'write a size as 512GiB or 4TiB')
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.slice(-3) as keyof typeof UNITS]);
const Name = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'use lower-case letters, digits and dashes');
const Count = z.int().min(0);
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
  bridge: z.string().max(15),
  slot_size: z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64)]).default(16),
  mtu: z.int().min(576).max(9216).default(1500),
});

const Server = z.strictObject({ address: z.string(), nic: z.string(), cpus: z.int().min(1), memory: Size, disk: Size, ssh: Ssh.optional() });

const Cluster = z.strictObject({
  on: z.string().optional(),
  network: z.string().optional(),
  install: z.enum(['abi', 'clusterinstance', 'none']).default('none'),
  role: z.enum(['hub', 'spoke', 'standalone']).default('standalone'),
  hub: z.string().optional(),
  masters: Count.optional(),
  workers: Count.default(0),
  nodes: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, 'write CLUSTER/NODE, as cluster1/worker-3'))
    .min(1)
    .optional(),
  from: z.string().optional(),
  host_network: z.boolean().default(false),
  active: z.boolean().default(true),
  vips: z.strictObject({ api: z.string(), ingress: z.string() }).optional(),
  profile: z.enum(['tiny']).optional(),
});

/** The lab file (DESIGN §6). */
export const LabFile = z.strictObject({
  lab: Name,
  domain: z.string().min(1),
  accel: z.enum(['kvm', 'tcg']).default('kvm'),
  jumphost: z.strictObject({
    name: Name.default('jumphost'),
    address: z.string(),
    nic: z.string(),
    uplink: z.string().optional(),
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
