import { parseBlock } from '../../lab/ip.ts';
import type { FoundCluster } from './found-cluster.ts';
import { crucible, isCrucible } from './formats/crucible.ts';
import { generatedIpi, isGenerated, type Named } from './formats/generated-ipi.ts';
import { isLibvirtResources, libvirtResources } from './formats/libvirt-resources.ts';
import { snoInPlace } from './formats/sno-in-place.ts';
import { isSampleMac } from './identities.ts';
import type { ImportReport } from './import-report.ts';
import type { InventoryReader } from './inventory-reader.ts';

/** Reads the cluster of an inventory, whichever of DCI's formats it is in (reference/lab-and-libvirt.md §1). Refusals are in the report. */
export function readCluster(reader: InventoryReader, report: ImportReport): FoundCluster | undefined {
  const { cluster } = reader;
  const name = cluster.text('cluster_name') ?? cluster.text('cluster');
  const domain = cluster.text('base_dns_domain') ?? cluster.text('domain');
  for (const used of ['cluster', 'domain', 'install_type']) cluster.text(used);
  if (!name)
    report.refuse('no-cluster', 'no variable cluster or cluster_name says what the cluster is called', 'add cluster: NAME to its variables', reader.start);
  if (!domain)
    report.refuse('no-domain', 'no variable domain or base_dns_domain says what the domain is', 'add domain: our.pretty.lab to the variables', reader.start);
  if (!name || !domain) return undefined;
  const format = formatOf(reader);
  if (!format) {
    report.refuse(
      'unknown-format',
      `${name.value} is in none of DCI's formats: no list hosts of VMs, no group masters with ipmi_address, no nodes`,
      'name all files of its inventory: hosts and libvirt_resources.yml, or the inventory of the agent',
      name.at,
    );
    return undefined;
  }
  const found = format(reader, { name, domain }, report);
  checkNodes(found, report);
  for (const one of [found.network.cidr, found.network.cidr6])
    if (one && !parseBlock(one.value)) report.refuse('bad-network', `${one.value} is no network`, 'write it as 192.168.21.0/24', one.at);
  return found;
}

type Format = (reader: InventoryReader, named: Named, report: ImportReport) => FoundCluster;

function formatOf(reader: InventoryReader): Format | undefined {
  const { cluster } = reader;
  if (isCrucible(reader)) return crucible;
  const sno = cluster.text('install_type')?.value === 'sno' || cluster.has('sno_install_type') || cluster.list('hosts').some((host) => host.text('host_name'));
  if (sno) return snoInPlace;
  if (isLibvirtResources(reader)) return libvirtResources;
  return isGenerated(reader) ? generatedIpi : undefined;
}

function checkNodes({ name, at, nodes }: FoundCluster, report: ImportReport): void {
  const masters = nodes.filter(({ role }) => role === 'master');
  if (masters.length === 0) report.refuse('no-masters', `${name} has no master`, 'add its nodes to the inventory', at);
  const metal = nodes.find((node) => node.metal && !node.mac);
  if (metal)
    report.refuse(
      'no-mac',
      `${metal.name} is bare metal, and no variable has the MAC of its NIC`,
      'add it: provision_mac (IPI), baremetal_mac (SNO) or mac (ABI)',
      metal.at,
    );
  const owners = new Map<string, string>();
  for (const one of nodes) {
    if (!one.metal || !one.mac) continue;
    const mac = one.mac.value.toLowerCase();
    if (isSampleMac(mac)) report.refuse('sample-mac', `${one.mac.value} of ${one.name} is a MAC of DCI's samples`, 'write the one of its NIC', one.mac.at);
    else if (owners.has(mac))
      report.refuse('duplicate-mac', `${one.mac.value} of ${one.name} is ${owners.get(mac)}'s already`, 'write the one of its own NIC', one.mac.at);
    owners.set(mac, one.name);
  }
  if (masters.some((one) => one.metal) && nodes.some((one) => !one.metal))
    report.refuse(
      'mixed-masters',
      `${name} has bare-metal masters beside VMs`,
      'a lab file has masters all VMs, or all nodes bare metal; import the rest by hand',
      at,
    );
}
