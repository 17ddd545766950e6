import { membersOf } from '../../lab/members.ts';
import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNode } from '../../lab/plan.ts';
import { clusterNetworks } from '../cluster-networks.ts';
import { machineOf } from '../machine-of.ts';
import { bmcPort, inventoryText, passwordLookup, type Vars } from './inventory-text.ts';
import type { InventoryOptions } from './render-inventory.ts';

/** Where the agent serves the ISO from, on the jumphost. */
const HTTP_PORT = 8040;

/** The crucible-style inventory of ABI (reference/lab-and-libvirt.md §1.5). VMs, bridge, DNS and NTP are the lab's: nothing of them is set up again. */
export function renderAbiInventory(plan: LabPlan, cluster: PlannedCluster, { provisioner, vars }: InventoryOptions): string {
  const members = membersOf(cluster).map((node) => ({ node, machine: machineOf(plan, node) }));
  const jumphost = { ansible_host: provisioner ?? plan.jumphost.ssh?.host ?? plan.jumphost.address, ansible_user: plan.jumphost.ssh?.user ?? 'root' };
  const hosts = (role: string): Record<string, Vars> =>
    Object.fromEntries(members.filter(({ node }) => node.role === role).map(({ node, machine }) => [node.name, nodeVars(node, machine)]));
  const network = plan.networks.find(({ name }) => name === cluster.network);
  const homes = plan.servers.filter(({ name }) => members.some(({ machine }) => machine.kind === 'vm' && machine.server === name));
  return inventoryText(
    { ...clusterVars(plan, cluster, network?.cidr ?? cluster.machineNetwork), ...FILES, ...vars },
    {
      bastions: { hosts: { bastion: { ansible_host: 'localhost', ansible_connection: 'local' } } },
      provisioners: { hosts: { provisioner: jumphost } },
      services: {
        hosts: {
          http_store: { ...jumphost, http_port: HTTP_PORT },
          tftp_host: jumphost,
          ntp_host: jumphost,
          dns_host: jumphost,
          registry_host: { ...jumphost, registry_port: 5000 },
        },
      },
      vm_hosts: {
        hosts: Object.fromEntries(
          homes.map(({ name, address, ssh }) => [
            name,
            {
              ansible_host: ssh?.host ?? address,
              ansible_user: ssh?.user ?? 'root',
              host_ip_keyword: 'ansible_host',
              // Of the agent alone: its playbook for VMs empties the folder that is named here.
              images_dir: '/var/lib/libvirt/dci-openshift-agent',
              vm_bridge_name: network?.bridge,
              vm_network_test_ip: plan.jumphost.address,
              SETUP_VM_BRIDGE: false,
            },
          ]),
        ),
      },
      nodes: { children: { masters: { vars: { role: 'master' }, hosts: hosts('master') }, workers: { vars: { role: 'worker' }, hosts: hosts('worker') } } },
    },
  );
}

function clusterVars(plan: LabPlan, cluster: PlannedCluster, machineNetwork: string): Vars {
  const { clusterNetwork, serviceNetwork, machineNetwork: networks, apiVIPs, ingressVIPs } = clusterNetworks(cluster);
  const [pods, ...morePods] = clusterNetwork;
  const extra = apiVIPs.length > 1;
  return {
    install_type: 'abi',
    cluster_name: cluster.name,
    cluster: cluster.name,
    base_dns_domain: cluster.baseDomain,
    api_vip: apiVIPs[0],
    ingress_vip: ingressVIPs[0],
    vip_dhcp_allocation: false,
    machine_network_cidr: networks[0]?.cidr ?? machineNetwork,
    service_network_cidr: serviceNetwork[0],
    cluster_network_cidr: pods?.cidr,
    cluster_network_host_prefix: pods?.hostPrefix,
    network_type: 'OVNKubernetes',
    ...(extra && {
      extra_machine_networks: networks.slice(1),
      extra_cluster_networks: morePods.map(({ cidr, hostPrefix }) => ({ cidr, host_prefix: hostPrefix })),
      extra_service_networks: serviceNetwork.slice(1).map((cidr) => ({ cidr })),
      extra_api_vip: apiVIPs[1],
      extra_ingress_vip: ingressVIPs[1],
    }),
    ntp_server: plan.jumphost.address,
    setup_http_store_service: true,
    setup_ntp_service: false,
    setup_dns_service: false,
    setup_registry_service: false,
    setup_vms: false,
    setup_conserver: false,
    use_local_mirror_registry: false,
  };
}

/** Where the agent keeps its files; expressions as its own samples have them. */
const FILES: Vars = {
  repo_root_path: '{{ dci_cluster_configs_dir }}',
  fetched_dest: '{{ repo_root_path }}/fetched',
  pull_secret_lookup_paths: ['{{ fetched_dest }}/pull-secret.txt', '{{ repo_root_path }}/pull-secret.txt'],
  ssh_public_key_lookup_paths: ['{{ fetched_dest }}/ssh_keys/{{ cluster_name }}.pub', '~/.ssh/id_rsa.pub'],
  ssh_key_dest_base_dir: '{{ dci_cluster_configs_dir }}',
  local_ssh_public_key_path: "{{ lookup('first_found', ssh_public_key_lookup_paths) }}",
  ssh_public_key: "{{ lookup('file', local_ssh_public_key_path) }}",
  kubeconfig_dest_dir: '{{ dci_cluster_configs_dir }}',
  kubeconfig_dest_filename: '{{ dci_cluster_configs_dir }}/kubeconfig',
  kubeadmin_dest_filename: '{{ cluster_name }}-kubeadmin.vault.yml',
  discovery_iso_name: 'discovery/{{ cluster_name }}/discovery-image.iso',
  discovery_iso_server: "http://{{ hostvars['http_store']['ansible_host'] }}",
  boot_iso_url: "{{ discovery_iso_server }}:{{ hostvars['http_store']['http_port'] }}/{{ discovery_iso_name }}",
};

function nodeVars(node: PlannedNode, machine: PlannedMachine): Vars {
  const url = new URL(machine.bmc.url);
  const port = bmcPort(url);
  const vm = machine.kind === 'vm';
  return {
    ansible_host: node.addresses[0],
    mac: node.mac,
    uuid: machine.uuid,
    vendor: vm ? 'KVM' : machine.bmc.protocol.startsWith('idrac') ? 'Dell' : machine.bmc.protocol === 'ilo5-virtualmedia' ? 'HPE' : 'SuperMicro',
    bmc_address: url.protocol === 'https:' && port === 443 ? url.hostname : `${url.hostname}:${port}`,
    bmc_user: machine.bmc.username,
    bmc_password: passwordLookup(machine),
    ...(vm && { vm_host: machine.server, vm_spec: { cpu_cores: machine.vcpus, ram_mib: machine.memoryMiB, disk_size_gb: machine.disks[0]?.sizeGiB ?? 120 } }),
    ...(Object.keys(machine.rootDeviceHints).length > 0 && { root_device_hints: machine.rootDeviceHints }),
  };
}
