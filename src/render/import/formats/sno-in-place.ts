import type { FoundCluster, FoundNode } from '../found-cluster.ts';
import type { InventoryReader } from '../inventory-reader.ts';
import { externalNetworks, networkOf } from '../network-of.ts';
import type { Named } from './generated-ipi.ts';
import { macOn, size } from './libvirt-resources.ts';

/** Format B: a SNO in place, a VM in a list `hosts` or a bare-metal node in group `masters` (reference/lab-and-libvirt.md §1.4). */
export function snoInPlace(reader: InventoryReader, { name, domain }: Named): FoundCluster {
  const metal = reader.cluster.text('sno_install_type')?.value === 'baremetal';
  const [network] = reader.cluster.list('networks');
  const mode = network?.text('forward_mode')?.value;
  const user = reader.cluster.text('provisioner_username')?.value;
  const found = networkOf({
    ...externalNetworks(reader.cluster),
    gateway: reader.cluster.text('extcidrrouter'),
    bridge: mode === 'bridge' ? network?.text('bridge') : undefined,
    nat: mode === 'nat',
  });
  const address = reader.cluster.text('sno_extnet_ip');
  return {
    name: name.value,
    at: name.at,
    domain,
    install: 'sno-in-place',
    network: found,
    hypervisor: metal ? undefined : { host: reader.cluster.text('provisioner_hostname'), user },
    vips: undefined,
    nodes: metal ? metalNode(reader, address) : vmNode(reader, address),
    provisionhost: undefined,
  };
}

function vmNode(reader: InventoryReader, address: FoundNode['address']): FoundNode[] {
  return reader.cluster
    .list('hosts')
    .slice(0, 1)
    .map((host): FoundNode => {
      const mac = macOn(host, undefined);
      return {
        name: host.text('host_name')?.value ?? 'master-0',
        role: 'master',
        at: host.at,
        mac,
        uuid: undefined,
        address,
        size: size(host.number('vcpus'), host.number('memory'), host.number('disk_gb')),
        metal: undefined,
      };
    });
}

function metalNode(reader: InventoryReader, address: FoundNode['address']): FoundNode[] {
  return reader
    .hosts('masters')
    .slice(0, 1)
    .map((name): FoundNode => {
      const vars = reader.host(name);
      const disk = vars.text('installation_disk')?.value;
      for (const used of ['role', 'name', 'ipmi_port']) vars.text(used);
      return {
        name: vars.text('name')?.value ?? name,
        role: 'master',
        at: reader.inventory.hosts.get(name)?.at ?? reader.start,
        mac: vars.text('baremetal_mac'),
        uuid: undefined,
        address,
        size: {},
        metal: {
          doubt: 'the inventory boots it by PXE over IPMI; labwright inserts the image by Redfish',
          bmc: `redfish-virtualmedia://${vars.text('ipmi_address')?.value ?? ''}/redfish/v1/Systems/1`,
          username: vars.text('ipmi_user')?.value ?? 'admin',
          nic: undefined,
          hints: disk !== undefined && /^\/dev\/[^/]+$/.test(disk) ? { deviceName: disk } : {},
        },
      };
    });
}
