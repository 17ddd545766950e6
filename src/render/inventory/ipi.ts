import { membersOf } from '../../lab/members.ts';
import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNode, RootDeviceHints } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { machineOf } from '../machine-of.ts';
import { bmcPort, inventoryText, passwordLookup, type Vars } from './inventory-text.ts';
import type { InventoryOptions } from './render-inventory.ts';

/** The role builds both on the provisionhost, out of its NICs. */
const BRIDGES = { baremetal_bridge: 'baremetal', provisioning_bridge: 'provisioning' } as const;

/**
 * The inventory of IPI: Redfish with virtual media, so without a provisioning network, where every BMC knows it; else the agent boots
 * nodes over one, and its NIC has to come with `vars` (reference/lab-and-libvirt.md §1.2, §1.3).
 *
 * @throws `bad_input` without provisionhost.
 */
export function renderIpiInventory(plan: LabPlan, cluster: PlannedCluster, { provisioner, vars }: InventoryOptions): string {
  const host = provisioner ?? cluster.provisionhost?.addresses[0];
  if (host === undefined)
    throw new LabwrightError('bad_input', `cluster ${cluster.name} has no provisionhost, which the IPI installer runs on`, {
      hint: 'write install: ipi for it, or name the machine it runs on: --provisioner ADDRESS',
    });
  const members = membersOf(cluster).map((node) => ({ node, machine: machineOf(plan, node) }));
  const media = members.every(({ machine }) => machine.bmc.protocol.endsWith('-virtualmedia'));
  const hosts = (role: string): Record<string, Vars> =>
    Object.fromEntries(members.filter(({ node }) => node.role === role).map(({ node, machine }) => [node.name, nodeVars(node, machine)]));
  const group = (name: BmcGroup): Record<string, null> =>
    Object.fromEntries(members.filter(({ machine }) => bmcGroup(machine) === name).map(({ node }) => [node.name, null]));
  const login = {
    ansible_user: 'core',
    ansible_ssh_extra_args: `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i ~/.ssh/${cluster.name}-provisioner_rsa`,
  };
  const nic = provisioner === undefined ? nicOf(plan, cluster.provisionhost) : undefined;
  const provisionhost = {
    ansible_host: host,
    ansible_user: cluster.provisionhost?.user ?? 'dci',
    ...(nic === undefined ? {} : { pub_nic: nic }),
  };
  const all = { ...clusterVars(plan, cluster, members, media), ...vars };
  return inventoryText(all, {
    masters: { hosts: hosts('master'), vars: login },
    workers: { hosts: hosts('worker'), vars: login },
    provisioner: { hosts: { provisionhost } },
    kvm_hosts_redfish: { hosts: group('kvm_hosts_redfish') },
    dell_hosts_redfish: { hosts: group('dell_hosts_redfish') },
    hp_hosts_redfish: { hosts: group('hp_hosts_redfish') },
  });
}

/** Its NIC on the machine network, the only one that a VM of the lab has. */
function nicOf(plan: LabPlan, provisionhost: PlannedCluster['provisionhost']): string | undefined {
  if (provisionhost?.machine !== undefined) return plan.machines.find(({ name }) => name === provisionhost.machine)?.nics[0]?.name;
  return [plan.jumphost, ...plan.servers].find(({ name }) => name === provisionhost?.name)?.nic;
}

interface Member {
  readonly node: PlannedNode;
  readonly machine: PlannedMachine;
}

function clusterVars(plan: LabPlan, cluster: PlannedCluster, members: readonly Member[], media: boolean): Vars {
  const [first] = members;
  return {
    install_type: 'ipi',
    cluster: cluster.name,
    domain: cluster.baseDomain,
    dir: `{{ ansible_user_dir }}/clusterconfigs-${cluster.name}`,
    extcidrnet: cluster.machineNetwork,
    ...(cluster.machineNetwork6 === undefined
      ? {}
      : { extcidrnet6: cluster.machineNetwork6, ipv6_enabled: true, dualstack_baremetal: true, dualstack_vips: cluster.vips6 !== undefined }),
    network_type: 'OVNKubernetes',
    ...BRIDGES,
    ...(first && { masters_prov_nic: first.machine.nics[0]?.name }),
    enable_redfish: members.every(({ machine }) => machine.bmc.protocol !== 'ipmi'),
    enable_virtualmedia: media,
    // It asks at the standard port, where no emulated BMC answers; the groups below say what each one is.
    redfish_inspection: false,
    disable_bmc_certificate_verification: members.some(({ machine }) => !machine.bmc.verifyTls),
    // The bootstrap VM gets the address that is kept for this MAC, so the network needs no dynamic ones.
    ...(cluster.bootstrap && { externalMACAddress: cluster.bootstrap.mac }),
    clock_servers: [plan.jumphost.address],
  };
}

function nodeVars(node: PlannedNode, machine: PlannedMachine): Vars {
  const url = new URL(machine.bmc.url);
  const hint = hintOf(machine.rootDeviceHints);
  const kvm = bmcGroup(machine) === 'kvm_hosts_redfish';
  return {
    ansible_host: node.addresses[0],
    name: node.name,
    role: node.role,
    ipmi_user: machine.bmc.username,
    ipmi_password: passwordLookup(machine),
    ipmi_address: url.hostname,
    ...(kvm ? { redfish_port: bmcPort(url), kvm_uuid: url.pathname.split('/').at(-1) } : machine.bmc.protocol === 'ipmi' ? { ipmi_port: bmcPort(url) } : {}),
    provision_mac: node.mac,
    hardware_profile: node.role === 'master' ? 'default' : 'unknown',
    ...(hint && { root_device_hint: hint[0], root_device_hint_value: hint[1] }),
  };
}

type BmcGroup = 'kvm_hosts_redfish' | 'dell_hosts_redfish' | 'hp_hosts_redfish';

/** Which of the role's addresses is the machine's: that of a VM serves every Redfish system, whatever its id. */
function bmcGroup({ bmc: { protocol, url } }: PlannedMachine): BmcGroup | undefined {
  if (protocol === 'ipmi') return undefined;
  if (protocol.startsWith('idrac')) return 'dell_hosts_redfish';
  return protocol === 'ilo5-virtualmedia' || (url.endsWith('/Systems/1') && !/:\d+\//.test(url)) ? 'hp_hosts_redfish' : 'kvm_hosts_redfish';
}

/** The role takes one pair a node: the one that tells most. */
function hintOf(hints: RootDeviceHints): [string, string | number | boolean] | undefined {
  for (const key of ['serialNumber', 'wwn', 'wwnWithExtension', 'deviceName', 'hctl'] as const) if (hints[key] !== undefined) return [key, hints[key]];
  return Object.entries(hints).find(([, value]) => value !== undefined);
}
