import { stringify } from 'yaml';
import type { LabPlan, PlannedCluster, PlannedNode } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { clusterOf } from '../cluster-of.ts';

/** What the agent reads the BMC password from; an inventory never holds it in clear. */
const BMC_PASSWORD = "{{ lookup('env', 'LABWRIGHT_BMC_PASSWORD') }}";

/** PyYAML is YAML 1.1: there an unquoted MAC of decimal digits is a number of base 60. */
const ANSIBLE_YAML = { version: '1.1', lineWidth: 0 } as const;

type Vars = Readonly<Record<string, string | number | boolean>>;

/**
 * Ansible inventory of one cluster for dci-openshift-agent's IPI installer, as YAML: Redfish with virtual media, so without
 * a provisioning network (reference/lab-and-libvirt.md §1.2, §1.3).
 *
 * @param provisionhost name or address of the machine that the installer runs on; by default the cluster's own.
 * @throws `not_found` for an unknown cluster, `bad_input` without provisionhost.
 */
export function renderIpiInventory(plan: LabPlan, name: string, provisionhost?: string): string {
  const cluster = clusterOf(plan, name);
  const provisioner = provisionhost ?? cluster.nodes.find((node) => node.role === 'provisionhost')?.addresses[0];
  if (!provisioner)
    throw new LabwrightError('bad_input', `cluster ${name} has no provisionhost, which the IPI installer runs on`, {
      hint: 'name the machine it runs on: --provisioner ADDRESS',
    });
  const hosts = (role: string) => Object.fromEntries(cluster.nodes.filter((node) => node.role === role).map((node) => [node.name, nodeVars(plan, node)]));
  const [masters, workers] = [hosts('master'), hosts('worker')];
  const login = { ansible_user: 'core' };
  const children = {
    masters: { hosts: masters, vars: login },
    workers: { hosts: workers, vars: login },
    provisioner: { hosts: { provisionhost: { ansible_host: provisioner, ansible_user: 'dci' } } },
    kvm_hosts_redfish: { hosts: Object.fromEntries([...Object.keys(masters), ...Object.keys(workers)].map((host) => [host, null])) },
  };
  return stringify({ all: { vars: clusterVars(cluster), children } }, ANSIBLE_YAML);
}

function clusterVars(cluster: PlannedCluster): Vars {
  return {
    install_type: 'ipi',
    cluster: cluster.name,
    domain: cluster.baseDomain,
    extcidrnet: cluster.machineNetwork,
    ...(cluster.machineNetwork6 === undefined ? {} : { extcidrnet6: cluster.machineNetwork6, dualstack_baremetal: true }),
    network_type: 'OVNKubernetes',
    dir: '{{ ansible_user_dir }}/clusterconfigs',
    enable_redfish: true,
    enable_virtualmedia: true,
    disable_bmc_certificate_verification: true,
  };
}

function nodeVars(plan: LabPlan, node: PlannedNode): Vars {
  const machine = plan.machines.find((one) => one.name === node.machine);
  if (!machine) throw new LabwrightError('not_found', `the plan has no machine ${node.machine}`);
  const bmc = new URL(machine.bmc.url);
  const disk = machine.disks[0];
  return {
    name: node.name,
    role: node.role,
    ipmi_user: machine.bmc.username,
    ipmi_password: BMC_PASSWORD,
    ipmi_address: bmc.hostname,
    // A URL leaves out the port that its scheme implies.
    redfish_port: Number(bmc.port || (bmc.protocol === 'https:' ? 443 : 80)),
    kvm_uuid: machine.uuid,
    provision_mac: node.mac,
    hardware_profile: node.role === 'master' ? 'default' : 'unknown',
    ...(disk?.serial !== undefined ? { root_device_hint: 'serialNumber', root_device_hint_value: disk.serial } : {}),
  };
}
