import { membersOf } from '../../lab/members.ts';
import type { LabPlan, PlannedCluster, PlannedMachine } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { machineOf } from '../machine-of.ts';
import { bmcPort, inventoryText, passwordLookup, type Vars } from './inventory-text.ts';
import type { InventoryOptions } from './render-inventory.ts';

/** The inventory of a SNO in place, a VM or bare metal (reference/lab-and-libvirt.md §1.4). @throws `bad_input` for several nodes. */
export function renderSnoInventory(plan: LabPlan, cluster: PlannedCluster, { provisioner, vars }: InventoryOptions): string {
  const [node, second] = membersOf(cluster);
  const network = plan.networks.find(({ name }) => name === cluster.network);
  if (!node || second || !network)
    throw new LabwrightError('bad_input', `cluster ${cluster.name} has ${membersOf(cluster).length} nodes; a SNO in place has one`, {
      hint: 'name another format: --format abi',
    });
  const machine = machineOf(plan, node);
  const vm = machine.kind === 'vm';
  const home = plan.servers.find(({ name }) => name === machine.server);
  // The agent makes a VM on its provisioner, and boots bare metal from there.
  const host = provisioner ?? (vm ? (home?.ssh?.host ?? home?.address) : plan.jumphost.address) ?? plan.jumphost.address;
  const user = (vm ? home?.ssh?.user : plan.jumphost.ssh?.user) ?? 'root';
  const all: Vars = {
    install_type: 'sno',
    sno_install_type: vm ? 'virtual' : 'baremetal',
    cluster: cluster.name,
    domain: cluster.baseDomain,
    dir: `{{ ansible_user_dir }}/clusterconfigs-${cluster.name}`,
    extcidrnet: network.cidr,
    sno_extnet_ip: node.addresses[0],
    extcidrrouter: plan.jumphost.address,
    extcidrdns: plan.jumphost.address,
    // The jumphost serves DHCP and DNS already.
    dnsmasq_enabled: false,
    provisioner_hostname: host,
    provisioner_username: user,
    ...(vm ? vmVars(machine, node.name, network.bridge) : {}),
    ...vars,
  };
  return inventoryText(all, {
    masters: {
      hosts: {
        [`${node.name}.${cluster.name}.${cluster.baseDomain}`]: {
          ansible_host: node.addresses[0],
          ansible_user: 'core',
          name: node.name,
          role: 'master',
          ...(vm ? {} : metalVars(machine)),
        },
      },
    },
    workers: { hosts: {} },
    provisioner: { hosts: { provisionhost: { ansible_host: host, ansible_user: user } } },
  });
}

function vmVars(machine: PlannedMachine, node: string, bridge: string): Vars {
  const network = 'baremetal';
  return {
    vm_pool_name: 'default',
    networks: [{ name: network, forward_mode: 'bridge', bridge }],
    hosts: [
      {
        name: machine.name,
        host_name: node,
        memory: machine.memoryMiB,
        vcpus: machine.vcpus,
        disk_gb: machine.disks[0]?.sizeGiB ?? 120,
        networks: [{ name: network, mac: machine.mac }],
      },
    ],
  };
}

function metalVars(machine: PlannedMachine): Vars {
  const url = new URL(machine.bmc.url);
  const disk = machine.rootDeviceHints.deviceName;
  return {
    ipmi_address: url.hostname,
    ipmi_user: machine.bmc.username,
    ipmi_password: passwordLookup(machine),
    // The role speaks IPMI to it, whatever else it can.
    ipmi_port: machine.bmc.protocol === 'ipmi' ? bmcPort(url) : 623,
    baremetal_mac: machine.mac,
    ...(disk === undefined ? {} : { installation_disk: disk }),
  };
}
