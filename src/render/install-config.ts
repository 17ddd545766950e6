import { stringify } from 'yaml';
import { membersOf } from '../lab/members.ts';
import type { LabPlan, PlannedCluster, PlannedMachine } from '../lab/plan.ts';
import { metal3Address } from './bmc-address.ts';
import { clusterNetworks } from './cluster-networks.ts';
import { clusterOf } from './cluster-of.ts';
import { DEFAULT_EXTERNAL_BRIDGE, externalBridge } from './external-bridge.ts';
import { machineOf } from './machine-of.ts';
import { nodeNetwork } from './node-network.ts';

export interface InstallConfigOptions {
  readonly cluster: string;
  /** JSON text, as OpenShift hands it out. */
  readonly pullSecret: string;
  /** None: nobody can log in to the nodes. */
  readonly sshKey: string | undefined;
  /** Where images are instead, and what vouches for it. */
  readonly mirrors?: Readonly<Record<string, unknown>>;
  /** Passwords of BMCs, which IPI installs with; without it they are left out. */
  readonly bmcPassword?: (machine: PlannedMachine) => string;
}

/** `install-config.yaml` of one cluster (reference/lab-and-libvirt.md §1.3, §1.5, §2.8). */
export function renderInstallConfig(plan: LabPlan, options: InstallConfigOptions): string {
  const cluster = clusterOf(plan, options.cluster);
  const { clusterNetwork, serviceNetwork, machineNetwork } = clusterNetworks(cluster);
  const count = (role: string): number => cluster.nodes.filter((node) => node.role === role).length;
  return stringify({
    apiVersion: 'v1',
    baseDomain: cluster.baseDomain,
    metadata: { name: cluster.name },
    controlPlane: { name: 'master', replicas: count('master') },
    ...(count('arbiter') > 0 ? { arbiter: { name: 'arbiter', replicas: count('arbiter') } } : {}),
    // Workers of UPI join by themselves.
    compute: [{ name: 'worker', replicas: cluster.install === 'upi' ? 0 : count('worker') }],
    networking: { networkType: 'OVNKubernetes', clusterNetwork, serviceNetwork, machineNetwork },
    platform: platformOf(plan, cluster, options),
    ...(cluster.install === 'sno-in-place' ? { bootstrapInPlace: { installationDisk: inPlaceDisk(plan, cluster) } } : {}),
    ...options.mirrors,
    pullSecret: options.pullSecret,
    ...(options.sshKey === undefined ? {} : { sshKey: options.sshKey }),
  });
}

function platformOf(plan: LabPlan, cluster: PlannedCluster, options: InstallConfigOptions): object {
  // One master has nobody to share a VIP with; UPI has a load balancer outside.
  if (cluster.topology === 'sno' || cluster.install === 'upi') return { none: {} };
  const { apiVIPs, ingressVIPs } = clusterNetworks(cluster);
  if (cluster.install !== 'ipi') return { baremetal: { apiVIPs, ingressVIPs } };
  const hosts = membersOf(cluster).map((node) => {
    const machine = machineOf(plan, node);
    const { bmc, rootDeviceHints, firmware } = machine;
    const password = options.bmcPassword?.(machine);
    const networkConfig = nodeNetwork(plan, cluster, node, machine);
    return {
      name: node.name,
      role: node.role,
      bmc: {
        address: metal3Address(bmc),
        username: bmc.username,
        ...(password === undefined ? {} : { password }),
        disableCertificateVerification: !bmc.verifyTls,
      },
      bootMACAddress: node.mac,
      bootMode: firmware === 'efi' ? 'UEFI' : 'legacy',
      ...(Object.keys(rootDeviceHints).length > 0 && { rootDeviceHints }),
      ...(networkConfig && { networkConfig }),
    };
  });
  const bridge = externalBridge(plan, cluster);
  return {
    baremetal: {
      apiVIPs,
      ingressVIPs,
      // Images come by virtual media: no network whose DHCP would be metal3's own.
      provisioningNetwork: 'Disabled',
      ...(bridge !== DEFAULT_EXTERNAL_BRIDGE && { externalBridge: bridge }),
      ...(cluster.bootstrap && { externalMACAddress: cluster.bootstrap.mac }),
      ...(cluster.bootstrap &&
        cluster.addressing === 'static' && {
          bootstrapExternalStaticIP: cluster.bootstrap.addresses[0],
          bootstrapExternalStaticGateway: plan.jumphost.address,
        }),
      hosts,
    },
  };
}

/** The live system hands this to coreos-installer as it is; a network that DHCP does not give has to go along to the disk. */
function inPlaceDisk(plan: LabPlan, cluster: PlannedCluster): string {
  const node = cluster.nodes[0]!;
  const machine = machineOf(plan, node);
  return `${nodeNetwork(plan, cluster, node, machine) ? '--copy-network ' : ''}${installationDisk(machine)}`;
}

/** The disk by a name that lasts; bootstrap-in-place takes no hints (reference/lab-and-libvirt.md §4.2). */
export function installationDisk({ kind, rootDeviceHints: { deviceName, wwn, serialNumber } }: PlannedMachine): string {
  if (deviceName !== undefined) return deviceName;
  if (wwn !== undefined) return `/dev/disk/by-id/wwn-${wwn}`;
  return kind === 'vm' && serialNumber !== undefined ? `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serialNumber}` : '/dev/sda';
}
