import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';
import type { LabFile } from '../lab-file.ts';
import { fits, largest, leastOf, type MachineSize, sizeOf } from './machine-size.ts';
import type { NodeRole, PlannedCluster, PlannedMachine, PlannedNode, PlannedServer } from '../plan.ts';
import type { Report } from '../check/report.ts';
import type { Segment } from '../segments.ts';
import { hostMachines } from './host-machines.ts';
import { vmNicName } from './slot-identities.ts';
import { offsetOf } from './slot-layout.ts';

const ROLES: readonly Exclude<NodeRole, 'arbiter'>[] = ['master', 'worker', 'provisionhost', 'bootstrap'];

/**
 * Every machine once, with the largest size of all roles declared for it (reference/lab-and-libvirt.md §1.8).
 *
 * @param homes the servers of each cluster that has machines of its own.
 */
export function planMachines(
  file: LabFile,
  clusters: readonly PlannedCluster[],
  segments: readonly Segment[],
  hypervisors: ReadonlyMap<string, PlannedServer>,
  homes: ReadonlyMap<string, readonly string[]>,
  report: Report,
): PlannedMachine[] {
  const sizes = new Map<string, MachineSize>();
  for (const cluster of clusters) {
    for (const role of ROLES) {
      const nodes = cluster.nodes.filter((node) => node.role === role);
      if (nodes.length === 0) continue;
      const size = sizeOf(file, cluster, role, report);
      for (const { machine } of nodes) {
        const before = sizes.get(machine);
        sizes.set(machine, before ? largest(before, size) : size);
      }
    }
  }
  /** Servers without the pool that a cluster wants. */
  const lacking = new Set<string>();
  const lab = uuidV5(LABWRIGHT_NAMESPACE, file.lab);
  const made = clusters.flatMap((cluster) => {
    const { slot } = cluster;
    if (slot === null) return [];
    const entry = file.clusters[cluster.name]!;
    const servers = homes.get(cluster.name) ?? [];
    const tiny = entry.profile === 'tiny';
    const { index, slotSize } = segments.find(({ name }) => name === cluster.network)!;
    return cluster.nodes
      .filter(({ machine }) => !Object.hasOwn(file.hosts, machine))
      .map((node): PlannedMachine => {
        const own = entry.machines?.[node.name];
        const uuid = own?.uuid ?? uuidV5(lab, `${cluster.name}/${node.name}`);
        const size = sizes.get(node.machine)!;
        const place = hex(index * 0x1_0000 + slot, 4) + hex(offsetOf(node.name, slotSize), 2);
        const disks = size.disksGiB.map((sizeGiB, disk) => ({ sizeGiB, serial: `${place}-${disk}-${uuid.slice(0, 4)}` }));
        // Masters are dealt out one by one, and so are workers: with a server, as few masters as possible are lost.
        const server = own?.on ?? (node.role === 'provisionhost' ? entry.provisionhost?.on : undefined) ?? servers[numberOf(node) % servers.length]!;
        if (entry.pool !== undefined && !hypervisors.get(server)?.pools.some(({ name }) => name === entry.pool)) lacking.add(`${server} ${cluster.name}`);
        return {
          name: node.machine,
          uuid,
          kind: 'vm',
          home: cluster.name,
          server,
          mac: node.mac,
          nics: [{ name: vmNicName(0), mac: node.mac }, ...(node.interfaces ?? []).map(({ nic, mac, network }) => ({ name: nic, mac, network }))],
          bonds: [],
          vcpus: size.vcpus,
          memoryMiB: size.memoryMiB,
          firmware: tiny ? 'bios' : 'efi',
          disks,
          pool: hypervisors.get(server)?.pools.find(({ name }) => name === entry.pool),
          rootDeviceHints: { serialNumber: disks[0]!.serial },
          bmc: { url: `https://bmc.${file.domain}:8443/redfish/v1/Systems/${uuid}`, protocol: 'redfish-virtualmedia', username: 'admin', verifyTls: false },
          tags: [],
          directBoot: tiny ? file.direct_boot : undefined,
        };
      });
  });
  for (const [server = '', name = ''] of [...lacking].map((one) => one.split(' ')))
    report.error(
      'unknown-pool',
      ['clusters', name, 'pool'],
      `${server} has no pool ${file.clusters[name]!.pool} for ${name}`,
      `add pools: {${file.clusters[name]!.pool}: {path: …, size: …}} to ${server}, or name one it has`,
    );
  const hosts = hostMachines(file);
  checkHostSizes(hosts, clusters, report);
  return [...made, ...hosts];
}

/** Bare metal is as large as it is: nothing raises it to what an installer accepts. */
function checkHostSizes(hosts: readonly PlannedMachine[], clusters: readonly PlannedCluster[], report: Report): void {
  for (const host of hosts) {
    const size = { vcpus: host.vcpus, memoryMiB: host.memoryMiB, disksGiB: [Math.max(...host.disks.map(({ sizeGiB }) => sizeGiB))] };
    for (const cluster of clusters) {
      const role = cluster.nodes.find(({ machine }) => machine === host.name)?.role;
      const least = role === undefined || role === 'arbiter' ? undefined : leastOf(cluster, role);
      if (!least || fits(size, least)) continue;
      report.error(
        'below-minimum',
        ['hosts', host.name],
        `${host.name} is too small for a ${role} of ${cluster.name}: its installer wants ${least.vcpus} CPUs, ${least.memoryMiB / 1024}GiB and a disk of ${least.disksGiB[0]}GiB`,
        `take another host into ${cluster.name}`,
      );
    }
  }
}

function numberOf(node: PlannedNode): number {
  return Number(node.name.split('-')[1] ?? 0);
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
