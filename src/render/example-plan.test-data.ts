import { NO_SERVICES } from '../lab/no-services.ts';
import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNode } from '../lab/plan.ts';

function nodeAt(index: number): PlannedNode {
  return {
    name: `master-${index}`,
    role: 'master',
    machine: `c1-master-${index}`,
    addresses: [`192.168.21.${20 + index}`],
    mac: `52:54:00:00:01:0${index}`,
  };
}

function machineAt(index: number): PlannedMachine {
  return {
    name: `c1-master-${index}`,
    uuid: `00000000-0000-5000-8000-00000000000${index}`,
    kind: 'vm',
    home: 'c1',
    server: 's1',
    mac: `52:54:00:00:01:0${index}`,
    nics: [{ name: 'enp1s0', mac: `52:54:00:00:01:0${index}` }],
    bonds: [],
    vcpus: 8,
    memoryMiB: 16384,
    firmware: index === 2 ? 'bios' : 'efi',
    disks: [{ sizeGiB: 120, serial: `c1m${index}-d0` }],
    pool: undefined,
    rootDeviceHints: { serialNumber: `c1m${index}-d0` },
    bmc: { url: `https://bmc.our.pretty.lab:8443/redfish/v1/Systems/${index}`, protocol: 'redfish-virtualmedia', username: 'admin', verifyTls: false },
    tags: [],
    directBoot: index === 2 ? { kernel: '/k', initrd: '/i', cmdline: 'console=ttyS0 a="b&c"' } : undefined,
  };
}

const c1: PlannedCluster = {
  name: 'c1',
  baseDomain: 'our.pretty.lab',
  role: 'standalone',
  topology: 'compact',
  install: 'abi',
  hub: undefined,
  active: true,
  network: 'flat',
  networks: [],
  addressing: 'dhcp',
  slot: 0,
  machineNetwork: '192.168.21.0/24',
  vips: { api: '192.168.21.18', ingress: '192.168.21.19' },
  hosted: [],
  nodes: [nodeAt(0), nodeAt(1), nodeAt(2)],
};

/** Three masters, and a single-node cluster `sno` that reuses the third while inactive. */
export const examplePlan: LabPlan = {
  lab: 'example',
  uuid: '7d9aa5a4-6d0a-5c3b-9a54-1f2f6f3c0b1e',
  domain: 'our.pretty.lab',
  accel: 'kvm',
  jumphost: { name: 'jump', address: '192.168.21.1', nic: 'eno2', uplink: undefined, ssh: undefined, services: NO_SERVICES },
  networks: [{ name: 'flat', cidr: '192.168.21.0/24', bridge: 'br0', mode: 'bridge', vlan: undefined, slotSize: 16, dynamic: 5, spare: 5, mtu: 1500 }],
  servers: [{ name: 's1', address: '192.168.21.3', nic: 'eno2', nics: {}, bonds: [], cpus: 32, memoryMiB: 65536, diskGiB: 500, pools: [], ssh: undefined }],
  clusters: [
    c1,
    {
      ...c1,
      name: 'sno',
      role: 'hub',
      topology: 'sno',
      active: false,
      slot: null,
      machineNetwork: '192.168.21.22/32',
      vips: { api: '192.168.21.22', ingress: '192.168.21.22' },
      nodes: [{ ...nodeAt(2), name: 'master-0' }],
    },
  ],
  machines: [machineAt(0), machineAt(1), machineAt(2)],
};
