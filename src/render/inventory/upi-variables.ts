import { rows, type AgentInventory, type AgentVariable } from './agent-variable.ts';
import { COMMON_VARIABLES } from './common-variables.ts';

const NODES = ['masters', 'workers', 'bootstrap'];

/** What the agent reads for UPI (reference/lab-and-libvirt.md §1.7: role upi_installer of redhatci.ocp, and the hooks of dci-openshift-agent's sample). */
export const UPI_INVENTORY: AgentInventory = {
  method: 'upi',
  groups: [
    { name: 'masters', need: 'required', meaning: 'control plane' },
    { name: 'workers', need: 'declared', meaning: 'compute nodes' },
    { name: 'bootstrap', need: 'required', meaning: 'the node that makes the control plane, and is gone after it' },
    { name: 'provisioner', need: 'required', meaning: 'the jumphost, which serves HTTP, PXE, DNS and the load balancer' },
    { name: 'registry_host', need: 'optional', meaning: 'disconnected: the host of the registry' },
  ],
  variables: [...cluster(), ...nodes(), ...COMMON_VARIABLES],
};

function cluster(): AgentVariable[] {
  const { required, optional } = rows('identity', []);
  const provisioner = rows('networks', ['provisioner']);
  return [
    required('install_type', 'text'),
    required('cluster', 'text'),
    required('domain', 'text'),
    required('dir', 'text'),
    required('bootstrap_interface', 'ip'),
    optional('serverport', 'number', '8000: where nodes say that they are installed'),
    optional('timeout', 'number', '600 s for that'),
    optional('cache_dir', 'text', '/opt/cache'),
    optional('upi_pullsecret', 'text', '<cache_dir>/pull-secret.txt'),
    optional('version', 'text', 'from the OCP component of the job'),
    optional('build', 'text', 'from the OCP component of the job'),
    optional('pullsecret', 'text', 'from the OCP component of the job', { secret: true }),
    provisioner.required('ansible_user', 'text'),
    provisioner.optional('ansible_host', 'text', "the host's name in the inventory"),
  ];
}

function nodes(): AgentVariable[] {
  const { required, optional } = rows('BMC', NODES);
  return [
    required('ipmi_user', 'text'),
    required('ipmi_password', 'text', { secret: true }),
    required('ipmi_address', 'text'),
    optional('ipmi_port', 'number', '623'),
    optional('ipmi_uefi', 'boolean', 'false: it boots the BIOS way'),
    optional('name', 'text', "the host's name in the inventory"),
    // Ours, for hooks that write a node's PXE file and speak Redfish.
    optional('provision_mac', 'mac', 'the hook knows which PXE file is whose', { unique: true }),
    optional('kvm_uuid', 'text', 'no VM with Redfish', { unique: true }),
    optional('redfish_port', 'number', 'no VM with Redfish'),
  ];
}
