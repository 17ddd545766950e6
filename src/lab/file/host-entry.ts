import * as z from 'zod';
import { Mac, Name, Nic, Size } from './scalars.ts';
import { Bond } from './server-entry.ts';

/** metal3's hints, in its spelling (reference/lab-and-libvirt.md §4.1); all that are given must match. */
const RootDeviceHints = z.strictObject({
  deviceName: z
    .string()
    .regex(/^\/dev\/(disk\/by-path\/)?[^/]+$/, 'write /dev/NAME or /dev/disk/by-path/NAME')
    .optional(),
  hctl: z
    .string()
    .regex(/^\d+:\d+:\d+:\d+$/, 'write it as 0:0:0:0')
    .optional(),
  model: z.string().min(1).optional(),
  vendor: z.string().min(1).optional(),
  serialNumber: z.string().min(1).optional(),
  minSizeGigabytes: z.int().min(1).optional(),
  wwn: z.string().min(1).optional(),
  wwnWithExtension: z.string().min(1).optional(),
  wwnVendorExtension: z.string().min(1).optional(),
  rotational: z.boolean().optional(),
});

const Disk = z.strictObject({
  size: Size,
  serial: z.string().min(1).optional().describe('as lsblk -o SERIAL says'),
  wwn: z.string().min(1).optional().describe('as lsblk -o WWN says'),
  model: z.string().min(1).optional(),
  rotational: z.boolean().default(false),
});

/** A bare-metal machine: what discovery found on it, and how its BMC is reached. */
export const Host = z.strictObject({
  bmc: z.strictObject({
    address: z
      .string()
      .describe('as metal3 writes it: redfish-virtualmedia://192.168.30.11/redfish/v1/Systems/1, idrac-virtualmedia://…, ipmi://192.168.30.11'),
    username: z.string().min(1).default('admin'),
    password_file: z
      .string()
      .regex(/^\//, 'write the whole path')
      .optional()
      .describe('holds the password and nothing else; on the jumphost. Default: /etc/labwright/bmc/HOST'),
    verify_tls: z.boolean().default(false).describe('check its certificate; BMCs usually have one of their own making'),
  }),
  nics: z
    .record(Nic, z.strictObject({ mac: Mac, network: Name.optional().describe('the further network it is in, untagged') }))
    .describe('by the names that the installed system gives them; it boots from the first, or from boot_nic'),
  boot_nic: Nic.optional(),
  bonds: z.record(Nic, Bond).default({}).describe('NICs that the installed system uses as one: {bond0: {nics: [eno1, eno2], mode: 802.3ad}}'),
  address: z.string().optional().describe('default: one of the block of the cluster that has it'),
  address6: z.string().optional(),
  cpus: z.int().min(1).describe('threads'),
  memory: Size,
  disks: z.array(Disk).min(1).max(64),
  root_device_hints: RootDeviceHints.optional().describe('default: wwn or serial of its smallest disk of 100GB or more, solid before rotating'),
  firmware: z.enum(['efi', 'bios']).default('efi'),
  tags: z.array(Name).default([]),
});
export type HostEntry = z.output<typeof Host>;
