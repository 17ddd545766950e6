import { rows, type AgentInventory, type AgentVariable } from './agent-variable.ts';
import { COMMON_VARIABLES } from './common-variables.ts';

const NODES = ['masters', 'workers'];
const PROVISIONER = ['provisioner'];

/** What the agent reads for IPI (reference/lab-and-libvirt.md §1.3: roles node_prep and installer of redhatci.ocp, plays of dci-openshift-agent). */
export const IPI_INVENTORY: AgentInventory = {
  method: 'ipi',
  groups: [
    { name: 'masters', need: 'required', meaning: 'control plane' },
    { name: 'workers', need: 'optional', meaning: 'compute nodes' },
    { name: 'provisioner', need: 'required', meaning: 'the host that the installer runs on' },
    { name: 'registry_host', need: 'optional', meaning: 'disconnected: the host of the registry' },
    { name: 'kvm_hosts_redfish', need: 'optional', meaning: 'VMs whose BMC speaks Redfish' },
    { name: 'dell_hosts_redfish', need: 'optional', meaning: 'Dell servers by Redfish' },
    { name: 'hp_hosts_redfish', need: 'optional', meaning: 'HPE servers by Redfish' },
  ],
  variables: [...identity(), ...networks(), ...bmcs(), ...boot(), ...bootstrap(), ...nodes(), ...ipv6(), ...services(), ...COMMON_VARIABLES],
};

function identity(): AgentVariable[] {
  const { required, optional } = rows('identity', []);
  return [
    optional('install_type', 'text', 'ipi'),
    required('cluster', 'text'),
    required('domain', 'text'),
    optional('version', 'text', 'from the OCP component of the job'),
    optional('build', 'text', 'from the OCP component of the job'),
    optional('pullsecret', 'text', 'from the OCP component of the job', { secret: true }),
    optional('pullsecret_file', 'text', "the job's own pull secret"),
    optional('dir', 'text', '~/clusterconfigs-<cluster>'),
    optional('dci_cluster_configs_dir', 'text', '~/clusterconfigs-<cluster>'),
  ];
}

function networks(): AgentVariable[] {
  const { requiredWhen, optional } = rows('networks', []);
  const provisioner = rows('networks', PROVISIONER);
  return [
    optional('extcidrnet', 'cidr', "guessed from the provisioner's default route"),
    requiredWhen('extcidrnet6', 'cidr', { variable: 'dualstack_baremetal', is: true }, 'with dualstack_baremetal'),
    optional('network_type', 'text', 'OVNKubernetes'),
    optional('prov_network', 'cidr', '172.22.0.0/21'),
    optional('provisioning_subnet', 'cidr', '172.22.0.0/21'),
    optional('prov_ip', 'ip', 'the first address of the provisioning network'),
    optional('prov_dhcp_range', 'text', 'addresses 10 to 100 of the provisioning network'),
    provisioner.requiredWhen('prov_nic', 'text', { variable: 'enable_virtualmedia', is: false }, 'without enable_virtualmedia'),
    provisioner.required('pub_nic', 'text'),
    optional('provisioning_bridge', 'text', 'provisioning'),
    optional('baremetal_bridge', 'text', 'baremetal'),
    optional('masters_prov_nic', 'text', 'prov_nic'),
    optional('apivip', 'ip', 'looked up in DNS: api.<cluster>.<domain>'),
    optional('ingressvip', 'ip', 'looked up in DNS: a name below apps.<cluster>.<domain>'),
    optional('dnsvip', 'ip', 'needed below OpenShift 4.5 only'),
    provisioner.required('ansible_user', 'text'),
    provisioner.optional('ansible_host', 'text', "the host's name in the inventory"),
  ];
}

function bmcs(): AgentVariable[] {
  const { required, requiredWhen, optional } = rows('BMC', NODES);
  const kvm = { group: 'kvm_hosts_redfish' } as const;
  return [
    required('ipmi_user', 'text'),
    required('ipmi_password', 'text', { secret: true }),
    required('ipmi_address', 'text'),
    optional('ipmi_port', 'number', '623'),
    required('provision_mac', 'mac', { unique: true }),
    requiredWhen('kvm_uuid', 'text', kvm, 'in group kvm_hosts_redfish', { unique: true }),
    requiredWhen('redfish_port', 'number', kvm, 'in group kvm_hosts_redfish'),
    optional('irmc_address', 'text', 'no Fujitsu iRMC'),
  ];
}

function boot(): AgentVariable[] {
  const { optional } = rows('boot', []);
  return [
    optional('enable_redfish', 'boolean', 'false: IPMI'),
    optional('enable_virtualmedia', 'boolean', 'false: nodes boot over a provisioning network'),
    optional('bootmode', 'text', 'UEFI'),
    optional('disable_bmc_certificate_verification', 'boolean', 'false'),
    optional('redfish_inspection', 'boolean', 'true: asks each BMC for its vendor, at its standard port'),
  ];
}

function bootstrap(): AgentVariable[] {
  const { requiredWhen, optional } = rows('bootstrap VM', []);
  const fixed = { variable: 'static_bootstrap_extnet', is: true } as const;
  const words = 'with static_bootstrap_extnet';
  return [
    optional('externalMACAddress', 'mac', 'a random MAC: the network needs free dynamic addresses'),
    optional('bootstrapProvisioningIP', 'ip', 'needed with enable_virtualmedia on OpenShift 4.6 only'),
    optional('provisioningHostIP', 'ip', 'needed with enable_virtualmedia on OpenShift 4.6 only'),
    optional('static_bootstrap_extnet', 'boolean', 'false: it gets its address by DHCP'),
    requiredWhen('bootstrapExternalStaticIP', 'ip', fixed, words, { since: '4.12' }),
    requiredWhen('bootstrapExternalStaticGateway', 'ip', fixed, words, { since: '4.12' }),
    optional('bootstrapExternalStaticDNS', 'ip', "the host's own DNS servers", { since: '4.14' }),
  ];
}

function nodes(): AgentVariable[] {
  const { required, requiredWhen, optional } = rows('nodes', NODES);
  const all = rows('nodes', []);
  return [
    required('role', 'role'),
    optional('name', 'text', "the host's name in the inventory"),
    optional('hardware_profile', 'text', 'read below OpenShift 4.6 only'),
    optional('root_device_hint', 'hint', 'the first disk', { since: '4.6' }),
    requiredWhen('root_device_hint_value', 'text', { variable: 'root_device_hint', set: true }, 'with root_device_hint', { since: '4.6' }),
    optional('socket_console', 'boolean', 'the console is no socket'),
    all.optional('master_network_config_template', 'text', 'addresses by DHCP', { since: '4.10' }),
    all.optional('worker_network_config_template', 'text', 'addresses by DHCP', { since: '4.10' }),
  ];
}

function ipv6(): AgentVariable[] {
  const { requiredWhen, optional } = rows('IPv6', []);
  return [
    requiredWhen('ipv6_enabled', 'boolean', { variable: 'dualstack_baremetal', is: true }, 'with dualstack_baremetal'),
    optional('ipv4_baremetal', 'boolean', 'false'),
    optional('ipv4_provisioning', 'boolean', 'false'),
    optional('dualstack_baremetal', 'boolean', 'false'),
    optional('dualstack_vips', 'boolean', 'false', { since: '4.12' }),
  ];
}

function services(): AgentVariable[] {
  const { optional } = rows('time, proxy, FIPS', []);
  return [
    optional('clock_servers', 'list', 'nodes keep the time servers of their DHCP'),
    optional('http_proxy', 'text', 'no proxy'),
    optional('https_proxy', 'text', 'no proxy'),
    optional('no_proxy_list', 'text', 'only the provisioning network goes past the proxy'),
    optional('fips_enabled', 'boolean', 'false'),
  ];
}
