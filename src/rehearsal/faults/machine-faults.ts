import type { HostScript } from '../controllers/assisted/guest/host-script.ts';
import { MINUTE_S, type FaultRow } from './fault-row.ts';

const GIB = 2 ** 30;
const DAY_MS = 86_400_000;

/** Machines, their BMCs and firmware, and what the discovery agent finds on them. */
export const MACHINE_FAULTS = {
  'bmc-password': {
    meaning: 'the machine refuses the BMC password it is given',
    target: 'host',
    anyCluster: true,
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Manageable',
      reason: 'RegistrationFailed',
      message: /credentials|401/i,
      limitS: 10 * MINUTE_S,
    },
  },
  'bmc-unreachable': {
    meaning: 'the hub cannot reach the BMC of the machine, though the jumphost can',
    target: 'host',
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Manageable',
      reason: 'RegistrationFailed',
      message: /timed out|connect/i,
      limitS: 20 * MINUTE_S,
    },
  },
  'bmc-tls': {
    meaning: 'the BMC of the machine shows a certificate that the hub does not trust',
    target: 'host',
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Manageable',
      reason: 'RegistrationFailed',
      message: /CERTIFICATE_VERIFY_FAILED/,
      limitS: 10 * MINUTE_S,
    },
  },
  'host-never-boots': {
    meaning: 'the machine takes power but never starts what was inserted',
    target: 'host',
    anyCluster: true,
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Provisioned',
      reason: 'Provisioned',
      message: /no Agent has registered/,
      limitS: 40 * MINUTE_S,
    },
  },
  'old-system-on-disk': {
    meaning: 'the machine ignores what was inserted and boots the system of an earlier cluster from its disk',
    target: 'host',
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Provisioned',
      reason: 'Provisioned',
      message: /no Agent has registered/,
      limitS: 40 * MINUTE_S,
    },
  },
  'boot-order': {
    meaning: 'the machine boots the inserted image again after its disk was written',
    target: 'host',
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'Installed',
      reason: 'InstallationInProgress',
      message: /booted the installation image/,
      limitS: 60 * MINUTE_S,
    },
  },
  'no-route-to-hub': {
    meaning: 'the discovery image starts but its agent cannot reach the hub',
    target: 'host',
    host: (script) => ({ ...script, registerMs: DAY_MS }),
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Provisioned',
      reason: 'Provisioned',
      message: /no Agent has registered/,
      limitS: 40 * MINUTE_S,
    },
  },
  'too-little-memory': {
    meaning: 'the machine has less memory than its role needs',
    target: 'host',
    host: withMemory(8 * GIB),
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /RAM/,
      limitS: 40 * MINUTE_S,
    },
  },
  'root-device-missing': {
    meaning: 'no disk of the machine fits its rootDeviceHints',
    target: 'host',
    host: (script) => ({
      ...script,
      inventory: { ...script.inventory, disks: script.inventory.disks.map((disk) => ({ ...disk, serial: `other-${disk.serial}` })) },
    }),
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'SpecSynced',
      reason: 'InputError',
      message: /disk/i,
      limitS: 30 * MINUTE_S,
    },
  },
  'vips-in-use': {
    meaning: 'something else in the network answers at the VIPs of the cluster',
    target: 'cluster',
    minNodes: 2,
    host: (script) => ({ ...script, vipsInUse: true }),
    expect: {
      outcome: 'fails',
      object: 'AgentClusterInstall/CLUSTER/CLUSTER',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /vip/i,
      limitS: 45 * MINUTE_S,
    },
  },
  'no-connectivity': {
    meaning: 'the machine cannot reach the others of its cluster',
    target: 'host',
    minNodes: 2,
    host: (script) => ({ ...script, reaches: () => false }),
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /connectivity/i,
      limitS: 45 * MINUTE_S,
    },
  },
  'other-network': {
    meaning: 'the machine has its address in another network than the cluster',
    target: 'host',
    minNodes: 2,
    host: withAddress('198.51.100.20/24'),
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /machine network/i,
      limitS: 45 * MINUTE_S,
    },
  },
  'stray-agent': {
    meaning: 'another machine boots the discovery image of the cluster too',
    target: 'cluster',
    expect: {
      outcome: 'fails',
      object: 'AgentClusterInstall/CLUSTER/CLUSTER',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /must have a single control plane node/,
      limitS: 45 * MINUTE_S,
    },
  },
  'clock-skew': {
    meaning: 'the clock of the machine is wrong and no time source answers it',
    target: 'host',
    host: (script) => ({ ...script, ntpSynced: false, clockOffsetMs: DAY_MS }),
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /clock is not synchronized/,
      limitS: 45 * MINUTE_S,
    },
  },
  'ntp-unreachable': {
    meaning: 'no time source answers, but the clocks of the machines agree',
    target: 'cluster',
    host: (script) => ({ ...script, ntpSynced: false }),
    expect: { outcome: 'survives', limitS: 120 * MINUTE_S },
  },
  'slow-disk': {
    meaning: 'the disk takes half a second for each write',
    target: 'host',
    host: (script) => ({ ...script, diskSyncMs: 500 }),
    expect: { outcome: 'survives', limitS: 120 * MINUTE_S },
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function withMemory(bytes: number): (script: HostScript) => HostScript {
  return (script) => {
    const { inventory } = script;
    return { ...script, inventory: { ...inventory, memory: { ...inventory.memory, physical_bytes: bytes, usable_bytes: bytes } } };
  };
}

function withAddress(address: string): (script: HostScript) => HostScript {
  return (script) => {
    const { inventory } = script;
    return { ...script, inventory: { ...inventory, interfaces: inventory.interfaces.map((one) => ({ ...one, ipv4_addresses: [address] })) } };
  };
}
