/** A variable of DCI's that a lab file has no use for, or must not have (reference/lab-and-libvirt.md §1.11). */
export interface DroppedVariable {
  readonly id: string;
  readonly why: string;
  /** What to do about it, where it is a defect of DCI's when it is on: then it is a warning. */
  readonly warning?: string;
}

const TABLE: readonly (DroppedVariable & { readonly names: RegExp })[] = [
  { id: 'connection', names: /^ansible_/, why: 'hosts are reached as ssh: in the lab file says' },
  {
    id: 'dci-dns',
    names: /^(setup_dns_service|do_dns_config|dns_vip_address|dnsvip|upstream_dns|use_dhcp|dhcp_range_(first|last)|listen_address|gateway|prefix|dns)$/,
    why: 'the jumphost serves DNS and DHCP for the lab. DCI leaves records behind (it writes dnsmasq.<cluster>.conf and removes openshift.conf), checks them with the system resolver, and opens UDP port 53 only',
  },
  {
    id: 'shared-images',
    names: /^(images_dir|libvirt_image_path|vm_pool_name|qemu_user|vm_create_scripts_dir)$/,
    why: "disks stand in a folder of the lab's own, and destroy removes those it made; DCI leaves them, or removes every file of the folder, also of other clusters",
  },
  {
    id: 'rebuild-first',
    names: /^(setup_vms|setup_vm_bridge|SETUP_VM_BRIDGE|setup_(http_store|ntp|registry)_service|setup_conserver)$/,
    why: 'lab apply changes what differs from the plan; DCI destroys all VMs before each deployment',
  },
  {
    id: 'vbmc-ports',
    names: /^(vbmc_\w+)$/,
    why: 'DCI counts listening ports to choose one for each VM, and they collide after a restart; BMCs of labwright are found by UUID at one address',
  },
  {
    id: 'unsafe-cleanup',
    names: /^(dci_delete_uefi_boot_entries|dci_erase_bootloader_on_disk)$/,
    why: "DCI's cleaning removes the current boot entry too (it compares with an undefined variable), and erases the first sector of /dev/sd? only: neither vda nor nvme, and the backup GPT stays",
    warning: 'nothing to do: a redeployed VM gets a new disk and new NVRAM; it was not kept for the agent',
  },
  {
    id: 'image',
    names: /^(image_url|image_src)$/,
    why: 'nodes boot the image of their installation; write provisionhost: {image: FILE} for the cloud image of a provisionhost',
  },
  { id: 'console', names: /^(enable_conserver|socket_console)$/, why: "consoles are the lab's to open" },
  {
    id: 'work-folder',
    names:
      /^(ocp_on_libvirt_repo_root_path|cache_dir_base|downloads_path|sushy_dir|http_dir|iso_download_dest_path|rootfs_directory|fetched_dest|cluster_domain)$/,
    why: "a folder or name of DCI's own playbooks",
  },
];

export function droppedVariable(name: string): DroppedVariable | undefined {
  const found = TABLE.find(({ names }) => names.test(name));
  return found && { id: found.id, why: found.why, ...(found.warning === undefined ? {} : { warning: found.warning }) };
}

const KEYS: readonly (DroppedVariable & { readonly names: RegExp })[] = [
  {
    id: 'nested-kvm',
    names: /^cpu_mode$/,
    why: "VMs get their host's processor; nested virtualisation is set for the one that is there, where DCI writes Intel's options on AMD too",
  },
  { id: 'unread-key', names: /^(driver|arch|boot_dev|disk_cache|disk_bus|type)$/, why: 'the plan decides how a VM is made' },
  { id: 'unread-key', names: /^(image_src|users|run_commands|domain)$/, why: 'nodes are set up by their installation, a provisionhost by lab prepare' },
  { id: 'unread-key', names: /^(dhcp_start|dhcp_end|dns|dnsmasq_options|forwarders|hosts|hostnames)$/, why: 'the jumphost serves DHCP and DNS for the lab' },
  {
    id: 'unread-key',
    names: /^(address|netmask|broadcast|gateway|ip|prefix|family|routes|dns_server_ips|network)$/,
    why: "nodes get addresses of their cluster's block, by DHCP",
  },
  { id: 'unread-key', names: /^(res_name|forward_dev)$/, why: 'VMs are plugged into the bridge of their server' },
];

export function droppedKey(key: string): Pick<DroppedVariable, 'id' | 'why'> {
  const { id, why } = KEYS.find(({ names }) => names.test(key)) ?? { id: 'unread-key', why: 'a lab file has no place for it' };
  return { id, why };
}
