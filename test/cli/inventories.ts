/** Inventories in DCI's formats (reference/lab-and-libvirt.md §1), as somebody would have them. */

/** A: `hosts` of ocp_on_libvirt. */
export const VM_HOST = '[vm_host]\nlocalhost ansible_connection=local\n';

interface Vm {
  readonly name: string;
  readonly mac: string;
}

function vm({ name, mac }: Vm): string {
  return `      - name: ${name}
        driver: kvm
        cpu_mode: host-passthrough
        memory: ${name.includes('worker') ? 32768 : 16384}
        vcpus: 8
        disk_size: 42G
        image_src: "{{ image_url }}"
        networks:
          - {name: provisioning, type: network}
          - {name: baremetal, type: network, mac: "${mac}"}
`;
}

const NODES = ['provisionhost', 'dciokd-master-0', 'dciokd-master-1', 'dciokd-master-2', 'dciokd-worker-0'];

/** A: `libvirt_resources.yml` of one of several servers, as the second seed has it: a bridged network, fixed MACs. */
export function libvirtResources(cluster: string, macPrefix: string, more = ''): string {
  return `all:
  vars:
    cluster: ${cluster}
    domain: our.pretty.lab
    cluster_domain: "{{ cluster }}.{{ domain }}"
    provisionhost_user: dci
    image_url: https://mirror.example.org/cloud.qcow2
    extcidrnet: 192.168.21.0/24
${more}    networks:
      - {name: baremetal, bridge: br0, forward_mode: bridge}
      - {name: provisioning, bridge: provisioning}
    hosts:
${NODES.map((name, index) => vm({ name, mac: `${macPrefix}:0${index}` })).join('')}`;
}

/** What ocp_on_libvirt generates for the agent, with Redfish. */
export const GENERATED_IPI = `[all:vars]
install_type=ipi
prov_nic=eth0
pub_nic=eth1
domain=our.pretty.lab
cluster=server
masters_prov_nic=ens3
dir="{{ ansible_user_dir }}/clusterconfigs"
extcidrnet=192.168.21.0/24
enable_virtualmedia=true
enable_redfish=true
externalMACAddress=52:54:00:00:0a:0f
http_proxy=http://proxy.our.pretty.lab:3128
clock_servers=["192.168.21.1"]
dci_disconnected=true
webserver_url=http://192.168.21.1:8080
provision_cache_store=/opt/cache
local_registry_host=registry.our.pretty.lab
local_registry_port=4443
local_registry_password=registry-secret
disconnected_registry_auths_file=/opt/cache/auths.json
disconnected_registry_mirrors_file=/opt/cache/trust-bundle.yml

[masters]
dciokd-master-0 name=dciokd-master-0 role=master ipmi_user=ADMIN ipmi_password=bmc-secret ipmi_address=192.168.21.2 ipmi_port=6230 provision_mac=52:54:00:00:0a:01 hardware_profile=default socket_console=True kvm_uuid=6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0001 redfish_port=8082
dciokd-master-1 name=dciokd-master-1 role=master ipmi_user=ADMIN ipmi_password=bmc-secret ipmi_address=192.168.21.2 ipmi_port=6231 provision_mac=52:54:00:00:0a:02 hardware_profile=default socket_console=True kvm_uuid=6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0002 redfish_port=8082
dciokd-master-2 name=dciokd-master-2 role=master ipmi_user=ADMIN ipmi_password=bmc-secret ipmi_address=192.168.21.2 ipmi_port=6232 provision_mac=52:54:00:00:0a:03 hardware_profile=default socket_console=True kvm_uuid=6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0003 redfish_port=8082

[workers]
dciokd-worker-0 name=dciokd-worker-0 role=worker ipmi_user=ADMIN ipmi_password=bmc-secret ipmi_address=192.168.21.2 ipmi_port=6233 provision_mac=52:54:00:00:0a:04 hardware_profile=unknown socket_console=True kvm_uuid=6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0004 redfish_port=8082

[masters:vars]
ansible_user=core

[provisioner]
provisionhost name=provisionhost ansible_user=kni prov_nic=eth0 pub_nic=eth1

[kvm_hosts_redfish]
dciokd-master-0
dciokd-master-1
dciokd-master-2
dciokd-worker-0
`;

/** B: a SNO in place on libvirt. */
export const SNO_VM = `[all:vars]
cluster="sno1"
domain="our.pretty.lab"
dir="{{ ansible_user_dir }}/clusterconfigs"
extcidrnet="192.168.126.0/24"
sno_extnet_ip=""
vm_pool_name="default"
provisioner_hostname="localhost"
provisioner_username="dci-openshift-agent"
networks=[{'name': 'sno-sno1', 'forward_mode': 'nat'}]
hosts=[{'name': 'sno-sno1', 'host_name': 'master-0', 'memory': 32768, 'vcpus': 16, 'disk_gb': 200, 'networks': [{'name': 'sno-sno1', 'mac': '52:54:00:ee:42:e1'}]}]
install_type=sno

[provisioner]
localhost ansible_connection=local ansible_user=dci-openshift-agent

[masters]
master-0.sno1.our.pretty.lab name=master-0 role=master ansible_user=core

[workers]
`;

/** B: a SNO in place on bare metal, with the double equals of DCI's sample. */
export const SNO_METAL = `[all:vars]
cluster=sno2
domain=our.pretty.lab
extcidrnet=192.168.126.0/24
install_type=sno
sno_install_type == baremetal
extcidrrouter=192.168.126.250
extcidrdns=192.168.126.5

[masters]
sno.sno2.our.pretty.lab name=sno ansible_user=core

[masters:vars]
role=master
ipmi_user=root
ipmi_password=bmc-secret
ipmi_address=192.168.1.9
ipmi_port=623
baremetal_mac=3c:ec:ef:00:00:11
installation_disk="/dev/nvme0n1"

[workers]
`;

/** C: the short file that DCI's sample renders its inventory from. */
export const ABI_VARS = `all:
  vars:
    cluster_name: abi1
    domain: our.pretty.lab
    provisioner_hostname: server7.our.pretty.lab
    machine_network_cidr: "10.60.0.0/24"
    api_vip: "{{ machine_network_cidr | ipaddr('96') | ipaddr('address') }}"
    ingress_vip: "{{ machine_network_cidr | ansible.utils.ipaddr('97') | ansible.utils.ipaddr('address') }}"
    setup_vm_bridge: true
    setup_dns_service: true
    vm_bridge_ip: "{{ machine_network_cidr | ipaddr('1') | ipaddr('address') }}"
    vm_bridge_name: "{{ cluster_name }}-br"
    masters_vm_spec: {cpu_cores: 8, ram_mib: 32768, disk_size_gb: 250}
    nodes:
      masters:
        - {name: master-0, ip: "{{ machine_network_cidr | ipaddr('100') | ipaddr('address') }}", mac: "DE:AD:BE:EF:C0:00"}
        - {name: master-1, ip: "{{ machine_network_cidr | ipaddr('101') | ipaddr('address') }}", mac: "DE:AD:BE:EF:C0:01"}
        - {name: master-2, ip: "{{ machine_network_cidr | ipaddr('102') | ipaddr('address') }}", mac: "DE:AD:BE:EF:C0:02"}
`;

/** C: the crucible-style inventory itself, with the wrong prefix and the STP of DCI's template. */
export const ABI = `all:
  vars:
    install_type: abi
    cluster_name: abi2
    cluster: "{{ cluster_name }}"
    base_dns_domain: our.pretty.lab
    api_vip: 10.60.0.96
    ingress_vip: 10.60.0.97
    machine_network_cidr: 10.60.0.0/24
    ntp_server: 10.60.0.1
    setup_vms: true
    setup_dns_service: true
    VAULT_NODES_BMC_PASSWORD: bmc-secret
  children:
    vm_hosts:
      hosts:
        vm_host1:
          ansible_host: server8.our.pretty.lab
          images_dir: /var/lib/libvirt/images
          SETUP_VM_BRIDGE: true
          vm_bridge_name: br-abi
          vm_bridge_ip: 10.60.0.1
          network_config:
            interfaces:
              - type: linux-bridge
                name: br-abi
                bridge: {stp: True}
    nodes:
      vars:
        bmc_user: admin
        bmc_password: "{{ VAULT_NODES_BMC_PASSWORD | mandatory }}"
        bmc_address: server8.our.pretty.lab:8082
        vm_host: vm_host1
        vendor: KVM
        vm_spec: {cpu_cores: 8, ram_mib: 16384, disk_size_gb: 250}
        network_config:
          interfaces:
            - name: enp1s0
              mac: "{{ mac }}"
              addresses:
                ipv4:
                  - ip: "{{ ansible_host }}"
                    prefix: "25"
      children:
        masters:
          vars: {role: master}
          hosts:
            abi2-master-0: {ansible_host: 10.60.0.100, mac: "52:54:00:60:00:01", uuid: 6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0011}
            abi2-master-1: {ansible_host: 10.60.0.101, mac: "52:54:00:60:00:02", uuid: 6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0012}
            abi2-master-2: {ansible_host: 10.60.0.102, mac: "52:54:00:60:00:03", uuid: 6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0013}
        workers:
          vars: {role: worker}
          hosts:
            abi2-metal: {ansible_host: 10.60.0.110, mac: "3c:ec:ef:00:00:22", vendor: Dell, bmc_address: 10.9.9.9, root_device_hints: {wwn: "0x5000c500"}}
`;

/** D: UPI. */
export const UPI = `[all:vars]
bootstrap_interface="192.168.7.1"
cluster=ocp4
domain=our.pretty.lab
install_type=upi
[masters]
master0 name=master0 ipmi_user=root ipmi_password=bmc-secret ipmi_address=192.168.1.61 ipmi_port=6231
master1 name=master1 ipmi_user=root ipmi_password=bmc-secret ipmi_address=192.168.1.61 ipmi_port=6232
master2 name=master2 ipmi_user=root ipmi_password=bmc-secret ipmi_address=192.168.1.61 ipmi_port=6233
[workers]
worker0 name=worker0 ipmi_user=root ipmi_password=bmc-secret ipmi_address=192.168.1.61 ipmi_port=6234
[bootstrap]
bootstrap name=bootstrap ipmi_user=root ipmi_password=bmc-secret ipmi_address=192.168.1.61 ipmi_port=6230
[provisioner]
jumphost ansible_host=192.168.7.1 ansible_user=dci-openshift-agent
`;

/** The agent's inventory for bare metal by IPMI, as its README has it. */
export const IPMI_METAL = `[all:vars]
prov_nic=eno1
pub_nic=eno2
domain=our.pretty.lab
cluster=metal1
dir="{{ ansible_user_dir }}/clusterconfigs"
[masters]
master-[0:2] ipmi_user=ADMIN ipmi_password=bmc-secret
[masters:vars]
role=master
[workers]
worker-0 role=worker ipmi_user=ADMIN ipmi_password=bmc-secret ipmi_address=192.168.30.14 provision_mac=3c:ec:ef:00:00:14
[provisioner]
provisionhost ansible_user=kni pub_nic=ens3
[masters]
master-0 ipmi_address=192.168.30.11 provision_mac=3c:ec:ef:00:00:11
master-1 ipmi_address=192.168.30.12 provision_mac=3c:ec:ef:00:00:12
master-2 ipmi_address=192.168.30.13 provision_mac=3c:ec:ef:00:00:13
`;
