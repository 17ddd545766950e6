import type { Found, FoundCluster, FoundMetal, FoundNode } from '../found-cluster.ts';
import type { ImportReport } from '../import-report.ts';
import type { InventoryReader, VarsReader } from '../inventory-reader.ts';
import { externalNetworks, networkOf } from '../network-of.ts';

/** Where virtualbmc starts to count (reference/lab-and-libvirt.md §1.10); a real BMC listens on 623. */
const VIRTUAL_BMC_PORT = 6230;

export interface Named {
  readonly name: Found<string>;
  readonly domain: Found<string>;
}

/**
 * The inventory that the agent itself reads for IPI (and D for UPI): nodes in groups `masters` and `workers` with their BMCs
 * (reference/lab-and-libvirt.md §1.2, §1.7). It says nothing of sizes, bridges or the hypervisor's NICs.
 */
export function generatedIpi(reader: InventoryReader, { name, domain }: Named, report: ImportReport): FoundCluster {
  const nodes = groupNodes(reader, report);
  const [api, ingress] = [reader.cluster.text('apivip'), reader.cluster.text('ingressvip')];
  const vm = nodes.find(({ metal }) => !metal);
  const address = vm && reader.host(vm.name).text('ipmi_address');
  const [provisioner] = reader.hosts('provisioner');
  const vars = provisioner === undefined ? undefined : reader.host(provisioner);
  const upi = reader.cluster.text('install_type')?.value === 'upi';
  const booted = nodes.find(({ metal, mac }) => metal && mac && !reader.cluster.flag('enable_virtualmedia'));
  const overProvisioning = booted !== undefined && !upi;
  if (overProvisioning)
    report.warn(
      'provisioning-mac',
      `provision_mac of ${booted.name} is of the NIC for provisioning, and the lab's DHCP needs the one on the machine network`,
      'write the MAC and the name of that NIC into the lab file',
      booted.mac!.at,
    );
  return {
    name: name.value,
    at: name.at,
    domain,
    install: upi ? 'upi' : 'ipi',
    // Format D: the jumphost's address on the lab network.
    network: networkOf({ ...externalNetworks(reader.cluster), gateway: upi ? reader.cluster.text('bootstrap_interface') : undefined }),
    // The one BMC service of a lab of ours says nothing of servers.
    hypervisor: vm && { host: address?.value.startsWith('bmc.') ? undefined : address, user: undefined },
    vips: api && ingress ? { api, ingress } : undefined,
    nodes,
    ...(overProvisioning ? { agentNeeds: ['prov_nic'] } : {}),
    ...(upi && vm && { bootstrap: bootstrapOf(reader) }),
    provisionhost: upi
      ? undefined
      : {
          vm: vm !== undefined && vars?.text('ansible_connection')?.value !== 'local',
          user: vars?.text('ansible_user')?.value,
          size: {},
          mac: undefined,
          address: vars?.text('ansible_host'),
        },
  };
}

export function isGenerated(reader: InventoryReader): boolean {
  return reader.hosts('masters').some((host) => reader.host(host).has('ipmi_address'));
}

function groupNodes(reader: InventoryReader, report: ImportReport): FoundNode[] {
  return (['master', 'worker'] as const).flatMap((role) =>
    reader.hosts(`${role}s`).map((name): FoundNode => {
      const vars = reader.host(name);
      const at = reader.inventory.hosts.get(name)?.at ?? reader.start;
      for (const used of ['role', 'name', 'hardware_profile', 'socket_console']) vars.text(used);
      const vm = vars.has('kvm_uuid') || reader.inGroup(name, 'kvm_hosts_redfish') || (vars.number('ipmi_port') ?? 0) >= VIRTUAL_BMC_PORT;
      if (vm && (vars.number('ipmi_port') ?? 0) >= VIRTUAL_BMC_PORT)
        report.note({
          id: 'vbmc-ports',
          kind: 'dropped',
          what: `ipmi_port of ${name}`,
          why: 'DCI counts listening ports to choose one, and they collide after a restart; BMCs of labwright are found by UUID at one address',
          at: vars.text('ipmi_port')?.at ?? at,
        });
      const mac = vars.text('provision_mac');
      const boots = vm ? reader.cluster.flag('enable_virtualmedia') || vars.has('kvm_uuid') : true;
      if (mac && !boots)
        report.note({
          id: 'no-provisioning-network',
          kind: 'dropped',
          what: `provision_mac of ${name}`,
          why: 'it is of the NIC for provisioning, which nodes that boot by virtual media lack',
          at: mac.at,
        });
      return {
        name,
        role,
        at,
        mac: boots ? mac : undefined,
        uuid: vars.text('kvm_uuid'),
        address: vars.text('ansible_host'),
        size: {},
        metal: vm ? undefined : metalOf(reader, name, vars),
      };
    }),
  );
}

/** The VM that UPI begins with. */
function bootstrapOf(reader: InventoryReader): NonNullable<FoundCluster['bootstrap']> {
  const [name] = reader.hosts('bootstrap');
  const vars = name === undefined ? undefined : reader.host(name);
  return { mac: vars?.text('provision_mac'), uuid: vars?.text('kvm_uuid'), address: vars?.text('ansible_host') };
}

/** The address that the role would write into install-config (reference/lab-and-libvirt.md §1.3). */
function metalOf(reader: InventoryReader, name: string, vars: VarsReader): FoundMetal {
  const host = vars.text('ipmi_address')?.value ?? '';
  const media = reader.cluster.flag('enable_virtualmedia');
  const port = vars.number('ipmi_port') ?? 623;
  const dell = `${media ? 'idrac-virtualmedia' : 'idrac-redfish'}://${host}/redfish/v1/Systems/System.Embedded.1`;
  const hp = `${media ? 'redfish-virtualmedia' : 'redfish'}://${host}/redfish/v1/Systems/1`;
  const hint = vars.text('root_device_hint')?.value;
  const value = vars.text('root_device_hint_value')?.value;
  return {
    bmc: reader.inGroup(name, 'dell_hosts_redfish') ? dell : reader.inGroup(name, 'hp_hosts_redfish') ? hp : `ipmi://${host}${port === 623 ? '' : `:${port}`}`,
    username: vars.text('ipmi_user')?.value ?? 'admin',
    // Without virtual media a node boots from the NIC for provisioning, and its MAC is of that.
    nic: reader.cluster.text(media ? 'pub_nic' : 'prov_nic')?.value,
    hints: hint === undefined || value === undefined ? {} : { [hint]: value },
  };
}
