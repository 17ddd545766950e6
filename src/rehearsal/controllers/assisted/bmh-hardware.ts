import type { RootDeviceHints } from '../../../lab/plan.ts';
import { plainAddress } from './service/networks.ts';
import type { Disk, Inventory } from './service/inventory.ts';

/**
 * The disk that root device hints mean.
 *
 * @returns undefined without hints; a path that no disk has when none fits, so that the Agent's spec is refused
 * (reference/ztp.md §2.7).
 */
export function hintedDisk(inventory: Inventory, hints: RootDeviceHints | undefined): string | undefined {
  if (!hints || Object.keys(hints).length === 0) return undefined;
  return inventory.disks.find((disk) => fits(disk, hints))?.id ?? '/dev/not-found-by-hints';
}

function fits(disk: Disk, hints: RootDeviceHints): boolean {
  const names = [disk.path, disk.by_path, disk.by_id];
  return (
    (hints.deviceName === undefined || names.includes(hints.deviceName)) &&
    (hints.hctl === undefined || hints.hctl === disk.hctl) &&
    (hints.model === undefined || disk.model.includes(hints.model)) &&
    (hints.vendor === undefined || disk.vendor.includes(hints.vendor)) &&
    (hints.serialNumber === undefined || hints.serialNumber === disk.serial) &&
    (hints.minSizeGigabytes === undefined || disk.size_bytes >= hints.minSizeGigabytes * 2 ** 30) &&
    (hints.wwn === undefined || hints.wwn === disk.wwn) &&
    (hints.rotational === undefined || hints.rotational === (disk.drive_type === 'HDD'))
  );
}

/** metal3's HardwareDetails of an inventory (recorded/assisted/integrated-sno: `status.hardware`). */
export function hardwareDetails(inventory: Inventory, hostname: string | undefined): Readonly<Record<string, unknown>> {
  return {
    cpu: {
      arch: inventory.cpu.architecture,
      clockMegahertz: inventory.cpu.frequency,
      count: inventory.cpu.count,
      flags: inventory.cpu.flags,
      model: inventory.cpu.model_name,
    },
    firmware: { bios: {} },
    hostname: hostname ?? inventory.hostname,
    nics: inventory.interfaces.flatMap((one) =>
      [...one.ipv4_addresses, ...one.ipv6_addresses].map((address) => ({
        ip: plainAddress(address),
        mac: one.mac_address,
        model: one.vendor,
        name: one.name,
        speedGbps: Math.floor(one.speed_mbps / 1024),
      })),
    ),
    ramMebibytes: Math.floor(inventory.memory.physical_bytes / 2 ** 20),
    storage: inventory.disks.map((disk) => ({
      hctl: disk.hctl,
      model: disk.model,
      name: disk.by_path,
      ...(disk.drive_type === 'HDD' ? { rotational: true } : {}),
      serialNumber: disk.serial,
      sizeBytes: disk.size_bytes,
      vendor: disk.vendor,
      wwn: disk.wwn,
    })),
    systemVendor: {
      manufacturer: inventory.system_vendor.manufacturer,
      productName: inventory.system_vendor.product_name,
      serialNumber: inventory.system_vendor.serial_number,
    },
  };
}
