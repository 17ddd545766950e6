import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNode } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { machineOf } from '../machine-of.ts';
import { bmcPort, inventoryText, passwordLookup, type Vars } from './inventory-text.ts';
import type { InventoryOptions } from './render-inventory.ts';

/**
 * The inventory of UPI: nodes with their BMCs and the MACs that they boot over PXE from, and the jumphost that serves it
 * (reference/lab-and-libvirt.md §1.7). The hooks of the agent's sample speak IPMI, which bare metal has; a VM of the lab has Redfish, and its
 * `kvm_uuid` and `redfish_port` are for a hook that speaks that.
 *
 * @throws `bad_input` for a cluster without a bootstrap.
 */
export function renderUpiInventory(plan: LabPlan, cluster: PlannedCluster, { provisioner, vars }: InventoryOptions): string {
  const { jumphost } = plan;
  const bootstrap = cluster.nodes.find(({ role }) => role === 'bootstrap');
  if (!bootstrap && !cluster.bootstrap)
    throw new LabwrightError('bad_input', `cluster ${cluster.name} has no bootstrap, which UPI begins with`, {
      hint: 'write install: upi for it, or name another format: --format abi',
    });
  const hosts = (role: PlannedNode['role']): Record<string, Vars> =>
    Object.fromEntries(cluster.nodes.filter((node) => node.role === role).map((node) => [node.name, nodeVars(cluster, node, machineOf(plan, node))]));
  // On bare metal alone its address and MAC are kept, and whoever lends the machine adds its BMC.
  const kept = cluster.bootstrap && {
    ansible_host: cluster.bootstrap.addresses[0],
    name: fullName(cluster, 'bootstrap'),
    provision_mac: cluster.bootstrap.mac,
  };
  const all: Vars = {
    install_type: 'upi',
    cluster: cluster.name,
    domain: cluster.baseDomain,
    dir: `{{ ansible_user_dir }}/clusterconfigs-${cluster.name}`,
    bootstrap_interface: jumphost.address,
    ...vars,
  };
  return inventoryText(all, {
    masters: { hosts: hosts('master') },
    workers: { hosts: hosts('worker') },
    bootstrap: { hosts: bootstrap ? hosts('bootstrap') : { bootstrap: kept! } },
    provisioner: { hosts: { jumphost: { ansible_host: provisioner ?? jumphost.ssh?.host ?? jumphost.address, ansible_user: jumphost.ssh?.user ?? 'root' } } },
  });
}

function nodeVars(cluster: PlannedCluster, node: PlannedNode, machine: PlannedMachine): Vars {
  const url = new URL(machine.bmc.url);
  const ipmi = machine.bmc.protocol === 'ipmi';
  return {
    ansible_host: node.addresses[0],
    name: fullName(cluster, node.name),
    ipmi_user: machine.bmc.username,
    ipmi_password: passwordLookup(machine),
    ipmi_address: url.hostname,
    ...(ipmi && { ipmi_port: bmcPort(url) }),
    ipmi_uefi: machine.firmware === 'efi',
    provision_mac: node.mac,
    ...(machine.kind === 'vm' && { kvm_uuid: machine.uuid, redfish_port: bmcPort(url) }),
  };
}

function fullName({ name, baseDomain }: PlannedCluster, node: string): string {
  return `${node}.${name}.${baseDomain}`;
}
