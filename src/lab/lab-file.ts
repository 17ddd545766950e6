import * as z from 'zod';
import type { Examples } from '../util/check-shape.ts';
import { Cluster, Sizes } from './file/cluster-entry.ts';
import { Host } from './file/host-entry.ts';
import { Jumphost } from './file/jumphost-entry.ts';
import { Network } from './file/network-entry.ts';
import { Domain, Name } from './file/scalars.ts';
import { Server } from './file/server-entry.ts';

/** The lab file (DESIGN §6). Its JSON Schema is what `labwright lab schema` prints. */
export const LabFile = z.strictObject({
  lab: Name.describe('its name; every UUID derives from it'),
  lab_id: z.int().min(0).max(15).default(0).describe('stands in its MACs: labs whose networks are one layer 2 have different ones'),
  domain: Domain.describe('clusters are CLUSTER.DOMAIN'),
  accel: z.enum(['kvm', 'tcg']).default('kvm').describe('tcg emulates: for servers without virtualisation'),
  jumphost: Jumphost,
  networks: z.record(Name, Network),
  servers: z.record(z.string(), Server).describe('by name or range of names: server[01-09]'),
  hosts: z.record(Name, Host).default({}).describe('bare-metal machines; clusters take them with nodes: [host/NAME]'),
  clusters: z.record(Name, Cluster),
  profiles: z.record(Name, Sizes).default({}).describe('sizes that clusters name with profile:'),
  direct_boot: z
    .strictObject({ kernel: z.string(), initrd: z.string(), cmdline: z.string() })
    .optional()
    .describe('what machines of profile tiny boot: files on their server'),
});
export type LabFile = z.output<typeof LabFile>;

/** What a file of the folder `lab.d` beside it may hold (see mergeParts). */
export const LabPartFile = LabFile.pick({ networks: true, servers: true, hosts: true, clusters: true, profiles: true }).partial();

/** How each key that may be missing or of a wrong type is written. */
export const LAB_FILE_EXAMPLES: Examples = {
  '': 'lab: NAME, domain: …, jumphost: …, networks: …, servers: … and clusters: …, as in examples/pretty-lab/lab.yml',
  lab: 'lab: pretty',
  lab_id: 'lab_id: 1',
  domain: 'domain: our.pretty.lab',
  jumphost: 'jumphost: {address: 192.168.21.1, nic: eno2}',
  'jumphost.address': 'address: 192.168.21.1',
  'jumphost.services': 'services: {ntp: {upstreams: [pool.ntp.org]}, firewall: nftables}',
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
  'servers.*.nics': 'nics: {storage: eno3}',
  'servers.*.bonds': 'bonds: {bond0: {nics: [eno1, eno2]}}',
  'servers.*.pools.*': 'pools: {fast: {path: /data/images, size: 2TiB}}',
  'profiles.*': 'big: {master: {cpus: 16, memory: 64GiB}}',
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
  'clusters.*.networks': 'networks: [storage]',
  'clusters.*.hosted': 'hosted: [hosted1]',
  'clusters.*.nodes': 'nodes: [cluster1/worker-3]',
  'clusters.*.vips': 'vips: {api: ADDRESS, ingress: ADDRESS}',
  'clusters.*.vips6': 'vips6: {api: ADDRESS, ingress: ADDRESS}',
};
