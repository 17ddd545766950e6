import * as z from 'zod';
import { Count, Nic } from './scalars.ts';

export const Network = z.strictObject({
  cidr: z.string().describe('the network whose addresses clusters and servers get: 192.168.21.0/24'),
  cidr6: z.string().optional().describe('an IPv6 network beside an IPv4 one'),
  bridge: Nic.describe('the Linux bridge on every server'),
  mode: z
    .enum(['bridge', 'nat'])
    .default('bridge')
    .describe('nat: of a lab on one server that is its own jumphost; libvirt makes the bridge, gives addresses and names, and nothing outside reaches in'),
  vlan: z.int().min(1).max(4094).optional().describe('the tag it has on the NICs of servers and hosts; without, it is untagged there'),
  slot_size: z.literal([8, 16, 32, 64]).default(16).describe('addresses a cluster gets, as one aligned block: 16 hold 3 masters and 9 workers'),
  dynamic: Count.default(5).describe('addresses that lab capacity keeps for what gets one of its own accord'),
  spare: Count.default(5).describe('addresses that lab capacity keeps in reserve'),
  mtu: z.int().min(576).max(9216).default(1500),
});
