import { parseBlock } from '../../../lab/ip.ts';
import type { Found, FoundCluster, FoundMetal, FoundNode, FoundSize } from '../found-cluster.ts';
import type { ImportReport } from '../import-report.ts';
import type { InventoryReader, ItemReader, VarsReader } from '../inventory-reader.ts';
import { networkOf } from '../network-of.ts';
import type { Named } from './generated-ipi.ts';
import { hypervisorOf, size } from './libvirt-resources.ts';

/** Format C: the crucible-style inventory of ABI, or the `vars.yml` it is rendered from (reference/lab-and-libvirt.md §1.5). */
export function crucible(reader: InventoryReader, { name, domain }: Named, report: ImportReport): FoundCluster {
  const { cluster } = reader;
  const cidr = cluster.text('machine_network_cidr');
  const short = cluster.map('nodes');
  const nodes = short
    ? shortNodes(cluster, short)
    : (['master', 'worker'] as const).flatMap((role) => reader.hosts(`${role}s`).map((host) => fullNode(reader, host, role, cidr, report)));
  const [api, ingress] = [cluster.text('api_vip'), cluster.text('ingress_vip')];
  const [vmHost] = reader.hosts('vm_hosts');
  const bridging = vmHost === undefined ? cluster : reader.host(vmHost);
  checkStp(bridging, report);
  const declared = hypervisorOf(reader);
  const host = declared?.host ?? cluster.text('provisioner_hostname');
  return {
    name: name.value,
    at: name.at,
    domain,
    install: cluster.text('install_type')?.value === 'assisted' ? 'assisted' : 'abi',
    network: networkOf({
      cidr,
      cidr6: cluster.list('extra_machine_networks')[0]?.text('cidr'),
      gateway: bridging.text('vm_bridge_ip'),
      bridge: bridging.text('vm_bridge_name'),
      nat: !bridging.has('vm_bridge_interface') && bridging.flag(vmHost === undefined ? 'setup_vm_bridge' : 'SETUP_VM_BRIDGE'),
    }),
    hypervisor: nodes.every(({ metal }) => metal) ? undefined : { host, user: declared?.user ?? cluster.text('provisioner_username')?.value },
    // A single node is its own VIP.
    vips: api && ingress && nodes.length > 1 ? { api, ingress } : undefined,
    nodes,
    provisionhost: undefined,
  };
}

export function isCrucible(reader: InventoryReader): boolean {
  return reader.cluster.has('cluster_name') && (reader.cluster.map('nodes') !== undefined || reader.hosts('masters').length > 0);
}

function shortNodes(cluster: VarsReader, nodes: ItemReader): FoundNode[] {
  const one = (item: ItemReader, role: 'master' | 'worker', name: string): FoundNode => ({
    name,
    role,
    at: item.at,
    mac: item.text('mac'),
    uuid: undefined,
    address: item.text('ip'),
    size: specOf(cluster.map(`${role}s_vm_spec`)),
    metal: undefined,
  });
  const sno = nodes.map('sno');
  if (sno) return [one(sno, 'master', 'sno')];
  return (['master', 'worker'] as const).flatMap((role) =>
    nodes.list(`${role}s`).map((item, index) => one(item, role, item.text('name')?.value ?? `${role}-${index}`)),
  );
}

function fullNode(reader: InventoryReader, name: string, role: 'master' | 'worker', cidr: Found<string> | undefined, report: ImportReport): FoundNode {
  const vars = reader.host(name);
  for (const used of ['role', 'vm_host', 'bmc_address', 'bmc_user']) vars.text(used);
  checkPrefix(name, vars, cidr, report);
  const vendor = vars.text('vendor')?.value.toLowerCase() ?? 'kvm';
  return {
    name,
    role,
    at: reader.inventory.hosts.get(name)?.at ?? reader.start,
    mac: vars.text('mac'),
    uuid: vars.text('uuid'),
    address: vars.text('ansible_host'),
    size: specOf(vars.map('vm_spec')),
    metal: vendor === 'kvm' ? undefined : metalOf(vars, vendor),
  };
}

function specOf(spec: ItemReader | undefined): FoundSize {
  if (!spec) return {};
  const own = size(spec.number('cpu_cores'), spec.number('ram_mib'), spec.number('disk_size_gb'));
  const extra = spec.map('extra_disks');
  const more = extra ? extra.keys().flatMap((key) => extra.number(key) ?? []) : [];
  return own.disksGiB ? { ...own, disksGiB: [...own.disksGiB, ...more] } : own;
}

function metalOf(vars: VarsReader, vendor: string): FoundMetal {
  const host = vars.text('bmc_address')?.value ?? '';
  const hints = vars.map('root_device_hints');
  const disk = vars.text('installation_disk_path')?.value;
  const system = vendor === 'dell' ? 'System.Embedded.1' : '1';
  return {
    bmc: `${vendor === 'dell' ? 'idrac' : 'redfish'}-virtualmedia://${host}/redfish/v1/Systems/${system}`,
    ...(vendor === 'pxe' ? { doubt: 'the inventory boots it by PXE; labwright inserts the image by Redfish' } : {}),
    username: vars.text('bmc_user')?.value ?? 'admin',
    nic: vars.map('network_config')?.list('interfaces')[0]?.text('name')?.value,
    hints:
      disk === undefined
        ? Object.fromEntries((hints?.keys() ?? []).flatMap((key) => (hints?.text(key) ? [[key, hints.text(key)!.value]] : [])))
        : { deviceName: disk },
  };
}

/** DCI's sample gives nodes of a /24 the prefix 25: half of the network is then out of their reach. */
function checkPrefix(name: string, vars: VarsReader, cidr: Found<string> | undefined, report: ImportReport): void {
  const block = parseBlock(cidr?.value ?? '');
  for (const one of vars.map('network_config')?.list('interfaces') ?? [])
    for (const address of one.map('addresses')?.map('ipv4') ? [] : (one.map('addresses')?.list('ipv4') ?? [])) {
      const prefix = address.text('prefix');
      if (!block || !prefix || Number(prefix.value) === block.prefix) continue;
      report.warn(
        'wrong-prefix',
        `${name} has prefix ${prefix.value} in a network of /${block.prefix}`,
        `nothing to do: labwright gives nodes the prefix of ${cidr!.value}; in the inventory write ${block.prefix}`,
        prefix.at,
      );
    }
}

function checkStp(host: VarsReader, report: ImportReport): void {
  for (const one of host.map('network_config')?.list('interfaces') ?? []) {
    const bridge = one.map('bridge');
    if (!bridge?.flag('stp')) continue;
    report.warn(
      'stp-on',
      `bridge ${one.text('name')?.value ?? ''} has STP on: a new port forwards nothing for up to 30 s, and DHCP in early boot may time out`,
      'nothing to do: bridges of labwright have STP off',
      bridge.text('stp')?.at ?? bridge.at,
    );
  }
}
