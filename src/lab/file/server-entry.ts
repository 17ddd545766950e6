import * as z from 'zod';
import { BondMode, Name, Nic, Port, Size } from './scalars.ts';

export const Ssh = z.strictObject({
  host: z.string().optional().describe('default: the address'),
  port: Port.default(22),
  user: z.string().default('root'),
  identity_file: z.string().optional(),
  known_hosts_file: z.string().optional(),
});
export type SshEntry = z.output<typeof Ssh>;

export const Bond = z.strictObject({
  nics: z.array(Nic).min(1).describe('the NICs it is made of'),
  mode: BondMode,
});

export const Server = z.strictObject({
  address: z.string().describe('for a range of servers with a + behind it: 192.168.21.2+ counts up'),
  address6: z.string().optional(),
  nic: Nic.optional().describe('the interface, or the bond, that becomes a port of the bridge; not needed in a network with mode: nat'),
  nics: z.record(Name, Nic).default({}).describe('by network: the interface for further networks that are not tagged on nic: {storage: eno3}'),
  bonds: z.record(Nic, Bond).default({}).describe('interfaces made of several: {bond0: {nics: [eno1, eno2]}}, then nic: bond0'),
  cpus: z.int().min(1).describe('threads'),
  memory: Size,
  disk: Size.describe('room for disks of machines'),
  pools: z
    .record(
      Name,
      z.strictObject({ path: z.string().regex(/^\/[\w./-]+$/, 'write the whole path of a folder'), size: Size.describe('room for disks of machines') }),
    )
    .default({})
    .describe('further storage pools, for clusters with pool: NAME'),
  ssh: Ssh.optional(),
});
