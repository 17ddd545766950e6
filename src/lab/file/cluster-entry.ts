import * as z from 'zod';
import { Count, Mac, Name, Size, Uuid } from './scalars.ts';

/** How labwright, a hub or DCI's agent gets a cluster onto its machines. */
const INSTALL_METHODS = ['abi', 'ipi', 'sno-in-place', 'upi', 'assisted', 'clusterinstance', 'none'] as const;

const Vips = z.strictObject({ api: z.string(), ingress: z.string() });

/** What machines of a role have, as far as it is not the usual. */
const NodeSize = z.strictObject({ cpus: z.int().min(1).optional(), memory: Size.optional(), disks: z.array(Size).min(1).max(8).optional() });

export const Sizes = z.strictObject({
  master: NodeSize.optional(),
  worker: NodeSize.optional(),
  provisionhost: NodeSize.optional(),
  bootstrap: NodeSize.optional(),
});
export type SizesEntry = z.output<typeof Sizes>;

const Provisionhost = z.strictObject({
  on: z.string().optional().describe('a VM on this server; default: on the first server of the cluster'),
  machine: z.string().optional().describe('instead: a machine that is there, jumphost, a server or host/NAME'),
  image: z.string().optional().describe('cloud image of the VM, a file on its server'),
  user: Name.default('dci').describe('the account that the installer logs in with'),
});

const Gitea = z.strictObject({
  image: z
    .string()
    .regex(/^[\w.-]+(?::\d+)?\/[\w./-]+@sha256:[0-9a-f]{64}$/, 'write HOST/REPOSITORY@sha256:DIGEST')
    .describe('the rootless image, by digest; it has to be in the registry inside, as the images of a release'),
  storage: Size.prefault('10GiB').describe('of its volume, from the default StorageClass'),
});

const Machine = z.strictObject({
  mac: Mac.optional(),
  uuid: Uuid.optional(),
  address: z.string().optional().describe("in its cluster's network; default: that of its place in the cluster's block"),
  address6: z.string().optional(),
  on: z.string().optional().describe('its server'),
});

export const Cluster = z.strictObject({
  on: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('the servers of its machines; several share masters and workers out'),
  network: z.string().optional().describe('default: that of its first server'),
  networks: z.array(Name).default([]).describe('further networks of its machines, each with a NIC of its own there and addresses of a block of its own'),
  addressing: z.enum(['dhcp', 'static']).default('dhcp').describe('static: addresses are written into what the installer reads'),
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
  hosted: z.array(Name).default([]).describe('hosted control planes it will carry: api and ingress addresses are kept for each, at the end of its block'),
  gitea: Gitea.optional().describe('of a hub without a way out: the Git host on it, from which Argo CD takes the commits of disconnected jobs'),
  provisionhost: Provisionhost.optional().describe('of install: ipi: what the installer runs on'),
  profile: Name.optional().describe(
    'sizes by name: tiny (1 CPU, 128 MiB, BIOS, boots direct_boot; for install: none), seed2 (with the MACs of that article: provisionhost 00, masters 01 to 03, workers from 04 on), dci-ipi, dci-sno, dci-abi, or one of profiles',
  ),
  sizes: Sizes.optional().describe('of its machines; the least the installer accepts is kept'),
  pool: Name.optional().describe('the storage pool of its machines on their servers; default: that of libvirt'),
  machines: z
    .record(z.string(), Machine)
    .optional()
    .describe('what is known of single machines and wins over what would be derived: {master-0: {mac: 52:54:00:00:01:04}}'),
});
export type ClusterEntry = z.output<typeof Cluster>;
