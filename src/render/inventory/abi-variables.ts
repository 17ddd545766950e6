import { rows, type AgentInventory, type AgentVariable, type Condition } from './agent-variable.ts';
import { COMMON_VARIABLES } from './common-variables.ts';

const NODES = ['masters', 'workers'];
const VM_HOSTS = ['vm_hosts'];
const KVM: Condition = { variable: 'vendor', is: 'KVM' };

/** What the agent reads for ABI (reference/lab-and-libvirt.md §1.5: the crucible-style inventory of dci-openshift-agent and redhatci.ocp). */
export const ABI_INVENTORY: AgentInventory = {
  method: 'abi',
  groups: [
    { name: 'masters', need: 'required', meaning: 'control plane' },
    { name: 'workers', need: 'optional', meaning: 'compute nodes' },
    { name: 'nodes', need: 'required', meaning: 'masters and workers together' },
    { name: 'bastions', need: 'required', meaning: 'the host that Ansible runs on' },
    { name: 'provisioners', need: 'required', meaning: 'the host that makes the ISO' },
    { name: 'services', need: 'required', meaning: 'http_store and, where set up, dns_host, ntp_host, registry_host' },
    { name: 'vm_hosts', need: 'optional', meaning: 'hypervisors of KVM nodes' },
  ],
  variables: [...cluster(), ...switches(), ...nodes(), ...hypervisors(), ...COMMON_VARIABLES],
};

function cluster(): AgentVariable[] {
  const { required, optional } = rows('identity', []);
  const net = rows('networks', []);
  return [
    required('install_type', 'text'),
    required('cluster_name', 'text'),
    required('cluster', 'text'),
    required('base_dns_domain', 'text'),
    net.required('api_vip', 'ip'),
    net.required('ingress_vip', 'ip'),
    net.optional('vip_dhcp_allocation', 'boolean', 'false'),
    net.required('machine_network_cidr', 'cidr'),
    net.required('service_network_cidr', 'cidr'),
    net.required('cluster_network_cidr', 'cidr'),
    net.required('cluster_network_host_prefix', 'number'),
    net.optional('network_type', 'text', 'OVNKubernetes'),
    net.optional('extra_cluster_networks', 'list', 'one family'),
    net.optional('extra_machine_networks', 'list', 'one family'),
    net.optional('extra_service_networks', 'list', 'one family'),
    net.optional('extra_api_vip', 'ip', 'one family'),
    net.optional('extra_ingress_vip', 'ip', 'one family'),
    optional('extra_manifests', 'list', 'no manifests beyond those of the installer'),
    optional('repo_root_path', 'text', 'the folder of the cluster'),
    optional('pull_secret_lookup_paths', 'list', "the job's own pull secret"),
    optional('ssh_public_key_lookup_paths', 'list', 'a key that the agent makes'),
    required('ntp_server', 'text'),
  ];
}

function switches(): AgentVariable[] {
  const { optional, requiredWhen } = rows('services', []);
  const names = ['setup_http_store_service', 'setup_ntp_service', 'setup_dns_service', 'setup_registry_service', 'setup_vms', 'setup_vm_bridge'];
  return [
    ...names.map((name) => optional(name, 'boolean', "the samples' own playbooks decide")),
    optional('setup_conserver', 'boolean', 'consoles are not logged'),
    optional('use_local_mirror_registry', 'boolean', 'false: connected'),
    requiredWhen('ntp_server_allow', 'cidr', { variable: 'setup_ntp_service', is: true }, 'with setup_ntp_service'),
  ];
}

function nodes(): AgentVariable[] {
  const { required, requiredWhen, optional } = rows('nodes', NODES);
  return [
    required('ansible_host', 'ip', { unique: true }),
    required('mac', 'mac', { unique: true }),
    required('role', 'role'),
    required('vendor', 'vendor'),
    required('bmc_address', 'text'),
    required('bmc_user', 'text'),
    required('bmc_password', 'text', { secret: true }),
    requiredWhen('vm_host', 'text', KVM, 'for a KVM node'),
    optional('vm_spec', 'map', '6 CPUs, 16 GiB, 120 GB; workers 8 CPUs, 30 GiB'),
    optional('uuid', 'uuid', 'a random one at each redeploy', { unique: true }),
    optional('network_config', 'map', 'addresses by DHCP'),
    optional('root_device_hints', 'map', 'the first disk'),
    optional('installation_disk_path', 'text', 'the first disk'),
  ];
}

function hypervisors(): AgentVariable[] {
  const { required, optional } = rows('hypervisors', VM_HOSTS);
  return [
    required('ansible_host', 'text'),
    optional('ansible_user', 'text', 'root'),
    required('host_ip_keyword', 'text'),
    required('images_dir', 'text'),
    required('vm_bridge_name', 'text'),
    optional('vm_bridge_ip', 'ip', 'the bridge has no address'),
    optional('SETUP_VM_BRIDGE', 'boolean', 'false'),
    optional('socket_console', 'boolean', 'false'),
  ];
}
