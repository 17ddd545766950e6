import { rows, type AgentInventory, type AgentVariable, type Condition } from './agent-variable.ts';
import { COMMON_VARIABLES } from './common-variables.ts';

const MASTERS = ['masters'];
const METAL: Condition = { variable: 'sno_install_type', is: 'baremetal' };
const metal = 'with sno_install_type=baremetal';
const VIRTUAL: Condition = { variable: 'sno_install_type', is: 'virtual' };
const virtual = 'for a VM';

/** What the agent reads for a SNO in place (reference/lab-and-libvirt.md §1.4: roles sno_node_prep and sno_installer of redhatci.ocp). */
export const SNO_INVENTORY: AgentInventory = {
  method: 'sno',
  groups: [
    { name: 'masters', need: 'required', meaning: 'the one node' },
    { name: 'workers', need: 'declared', meaning: 'empty, but the agent looks for it' },
    { name: 'provisioner', need: 'required', meaning: 'the host that the installer runs on' },
    { name: 'tftp_host', need: 'optional', meaning: 'bare metal: DHCP, DNS and TFTP; else the provisioner' },
    { name: 'registry_host', need: 'optional', meaning: 'disconnected: the host of the registry' },
  ],
  variables: [...cluster(), ...vms(), ...bareMetal(), ...COMMON_VARIABLES],
};

function cluster(): AgentVariable[] {
  const { required, requiredWhen, optional } = rows('identity', []);
  const node = rows('nodes', MASTERS);
  return [
    required('install_type', 'text'),
    required('cluster', 'text'),
    required('domain', 'text'),
    required('dir', 'text'),
    required('extcidrnet', 'cidr'),
    optional('sno_install_type', 'text', 'virtual'),
    requiredWhen('sno_extnet_ip', 'ip', METAL, metal),
    optional('version', 'text', 'from the OCP component of the job'),
    optional('build', 'text', 'from the OCP component of the job'),
    optional('pullsecret', 'text', 'from the OCP component of the job', { secret: true }),
    node.optional('name', 'text', "the host's name in the inventory"),
    node.required('role', 'role'),
    node.optional('ansible_user', 'text', 'core'),
  ];
}

function vms(): AgentVariable[] {
  const { requiredWhen, optional } = rows('VM', []);
  return [
    optional('vm_pool_name', 'text', 'default'),
    optional('provisioner_hostname', 'text', 'localhost'),
    optional('provisioner_username', 'text', 'dci-openshift-agent'),
    requiredWhen('networks', 'list', VIRTUAL, virtual),
    requiredWhen('networks[].name', 'text', VIRTUAL, virtual),
    requiredWhen('networks[].forward_mode', 'text', VIRTUAL, virtual),
    optional('networks[].bridge', 'text', 'libvirt makes one'),
    requiredWhen('hosts', 'list', VIRTUAL, virtual),
    requiredWhen('hosts[].name', 'text', VIRTUAL, virtual),
    requiredWhen('hosts[].host_name', 'text', VIRTUAL, virtual),
    requiredWhen('hosts[].memory', 'number', VIRTUAL, virtual),
    requiredWhen('hosts[].vcpus', 'number', VIRTUAL, virtual),
    requiredWhen('hosts[].disk_gb', 'number', VIRTUAL, virtual),
    requiredWhen('hosts[].networks[].name', 'text', VIRTUAL, virtual),
    requiredWhen('hosts[].networks[].mac', 'mac', VIRTUAL, virtual),
  ];
}

function bareMetal(): AgentVariable[] {
  const { requiredWhen, optional } = rows('bare metal', MASTERS);
  const all = rows('bare metal', []);
  return [
    requiredWhen('ipmi_address', 'text', METAL, metal),
    requiredWhen('ipmi_user', 'text', METAL, metal),
    requiredWhen('ipmi_password', 'text', METAL, metal, { secret: true }),
    requiredWhen('ipmi_port', 'number', METAL, metal),
    requiredWhen('baremetal_mac', 'mac', METAL, metal),
    optional('installation_disk', 'text', '/dev/sda'),
    all.optional('extcidrrouter', 'ip', 'the first address of extcidrnet'),
    all.requiredWhen('extcidrdns', 'ip', METAL, metal),
    all.optional('dnsmasq_enabled', 'boolean', 'true: the agent runs DHCP, DNS and TFTP'),
  ];
}
