/** A host as its discovery agent describes it: the JSON of assisted-service's API, as the Agent's annotation shows it. */
export interface Inventory {
  readonly bmc_address: string;
  readonly bmc_v6address: string;
  readonly boot: { readonly current_boot_mode: string; readonly device_type: string; readonly secure_boot_state: string };
  readonly cpu: {
    readonly architecture: string;
    readonly count: number;
    readonly flags: readonly string[];
    readonly frequency: number;
    readonly model_name: string;
  };
  readonly disks: readonly Disk[];
  readonly gpus: null;
  readonly hostname: string;
  readonly interfaces: readonly Interface[];
  readonly memory: { readonly physical_bytes: number; readonly physical_bytes_method: string; readonly usable_bytes: number };
  readonly routes: readonly {
    readonly destination: string;
    readonly family: number;
    readonly gateway: string;
    readonly interface: string;
    readonly metric: number;
  }[];
  readonly system_vendor: { readonly manufacturer: string; readonly product_name: string; readonly serial_number: string; readonly virtual?: boolean };
  readonly tpm_version: string;
}

export interface Disk {
  readonly by_id: string;
  readonly by_path: string;
  readonly drive_type: 'SSD' | 'HDD';
  readonly hctl: string;
  readonly id: string;
  readonly installation_eligibility: { readonly eligible: boolean; readonly not_eligible_reasons: readonly string[] | null };
  readonly model: string;
  readonly name: string;
  readonly path: string;
  readonly serial: string;
  readonly size_bytes: number;
  readonly vendor: string;
  readonly wwn: string;
}

export interface Interface {
  readonly biosdevname: string;
  readonly flags: readonly string[];
  readonly has_carrier: boolean;
  /** With prefix length. */
  readonly ipv4_addresses: readonly string[];
  readonly ipv6_addresses: readonly string[];
  readonly mac_address: string;
  readonly mtu: number;
  readonly name: string;
  readonly product: string;
  readonly speed_mbps: number;
  readonly type: string;
  readonly vendor: string;
}

/** What makes one host different from another. */
export interface HostDescription {
  readonly hostname: string;
  readonly mac: string;
  /** With prefix length; the default route goes to the first address of its network. */
  readonly addresses: readonly string[];
  readonly gateway: string | undefined;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly disks: readonly { readonly bytes: number; readonly type: 'SSD' | 'HDD'; readonly serial: string; readonly wwn?: string }[];
  readonly vendor: { readonly manufacturer: string; readonly product: string; readonly virtual: boolean };
}

const GB = 1e9;
/** assisted-service's default hardware requirements: disk_size_gb of every role. */
const MIN_DISK_BYTES = 100 * GB;

/** An inventory of the shape that real agents send, for a host with one NIC. */
export function inventoryOf(host: HostDescription): Inventory {
  const v4 = host.addresses.filter((address) => !address.includes(':'));
  return {
    bmc_address: '0.0.0.0',
    bmc_v6address: '::/0',
    boot: { current_boot_mode: 'uefi', device_type: 'persistent', secure_boot_state: 'Disabled' },
    cpu: { architecture: 'x86_64', count: host.cpus, flags: ['vmx'], frequency: 2400, model_name: 'Sim CPU' },
    disks: host.disks.map(disk),
    gpus: null,
    hostname: host.hostname,
    interfaces: [
      {
        biosdevname: 'em1',
        flags: ['up', 'broadcast', 'multicast'],
        has_carrier: true,
        ipv4_addresses: v4,
        ipv6_addresses: host.addresses.filter((address) => address.includes(':')),
        mac_address: host.mac,
        mtu: 1500,
        name: 'eno1',
        product: '0x1015',
        speed_mbps: 25_000,
        type: 'physical',
        vendor: '0x15b3',
      },
    ],
    memory: { physical_bytes: host.memoryBytes, physical_bytes_method: 'dmidecode', usable_bytes: host.memoryBytes },
    routes: host.gateway === undefined ? [] : [{ destination: '0.0.0.0', family: 2, gateway: host.gateway, interface: 'eno1', metric: 100 }],
    system_vendor: {
      manufacturer: host.vendor.manufacturer,
      product_name: host.vendor.product,
      serial_number: `SN-${host.mac.replaceAll(':', '')}`,
      ...(host.vendor.virtual ? { virtual: true } : {}),
    },
    tpm_version: '2.0',
  };
}

function disk(given: HostDescription['disks'][number], index: number): Disk {
  const wwn = given.wwn ?? `0x${(0x5000_0000_0000_0001n + BigInt(index)).toString(16)}`;
  const name = `sd${String.fromCodePoint(97 + index)}`;
  const tooSmall = given.bytes < MIN_DISK_BYTES;
  return {
    by_id: `/dev/disk/by-id/wwn-${wwn}`,
    by_path: `/dev/disk/by-path/pci-0000:00:17.0-ata-${index + 1}`,
    drive_type: given.type,
    hctl: `${index + 1}:0:0:0`,
    id: `/dev/disk/by-id/wwn-${wwn}`,
    installation_eligibility: {
      eligible: !tooSmall,
      not_eligible_reasons: tooSmall ? [`Disk is too small (disk only has ${gigabytes(given.bytes)}, but ${gigabytes(MIN_DISK_BYTES)} are required)`] : null,
    },
    model: 'Sim Disk',
    name,
    path: `/dev/${name}`,
    serial: given.serial,
    size_bytes: given.bytes,
    vendor: 'ATA',
    wwn,
  };
}

function gigabytes(bytes: number): string {
  return `${Math.round(bytes / GB)} GB`;
}

/** Disks that may be installed to, in the order in which the service prefers them: spinning before solid, small before large. */
export function eligibleDisks(inventory: Inventory): readonly Disk[] {
  return inventory.disks
    .filter((one) => one.installation_eligibility.eligible)
    .toSorted((a, b) => Number(a.drive_type !== 'HDD') - Number(b.drive_type !== 'HDD') || a.size_bytes - b.size_bytes);
}

/** Every address of a host, with prefix length. */
export function addressesOf(inventory: Inventory): readonly string[] {
  return inventory.interfaces.flatMap((one) => [...one.ipv4_addresses, ...one.ipv6_addresses]);
}
