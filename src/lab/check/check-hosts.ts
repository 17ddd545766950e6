import { readBmcAddress } from '../bmc-address.ts';
import type { HostEntry } from '../file/host-entry.ts';
import type { LabFile } from '../lab-file.ts';
import { rootDeviceHintsOf } from '../place/host-machines.ts';
import type { Report } from './report.ts';

/** What is written about bare-metal hosts: BMC, NICs, and which disk to install to. Names: `checkNames`; identities: `checkOwners`. */
export function checkHosts(file: LabFile, report: Report): void {
  const bmcs = new Map<string, string[]>();
  for (const [name, entry] of Object.entries(file.hosts)) {
    const keys = ['hosts', name];
    const bmc = readBmcAddress(entry.bmc.address);
    if ('message' in bmc) report.error('bad-bmc-address', [...keys, 'bmc', 'address'], bmc.message, bmc.hint);
    else bmcs.set(bmc.url, [...(bmcs.get(bmc.url) ?? []), name]);
    const nics = Object.keys(entry.nics);
    if (nics.length === 0) report.error('no-nic', [...keys, 'nics'], `${name} has no NIC`, 'add the one it boots from: eno1: {mac: 3c:ec:ef:00:00:11}');
    else if (entry.boot_nic !== undefined && !nics.includes(entry.boot_nic))
      report.error('unknown-nic', [...keys, 'boot_nic'], `${name} has no NIC ${entry.boot_nic}`, `name one of: ${nics.join(', ')}`);
    checkRootDisk(name, entry, report);
    const users = Object.entries(file.clusters).flatMap(([cluster, { nodes }]) => (nodes?.includes(`host/${name}`) ? [cluster] : []));
    if (users.length > 1 && entry.address === undefined)
      report.error(
        'host-without-address',
        keys,
        `${name} is a node of ${users.join(' and ')} and would have another address in each`,
        `add address: to ${name}, outside the blocks of clusters`,
      );
  }
  for (const [url, names] of bmcs)
    if (names.length > 1)
      report.error('duplicate-bmc', ['hosts', names.at(-1)!, 'bmc', 'address'], `${url} is the BMC of ${names.join(', ')}`, 'give each host its own BMC');
}

function checkRootDisk(name: string, entry: HostEntry, report: Report): void {
  const { disks, root_device_hints: hints } = entry;
  const keys = ['hosts', name, ...(hints ? ['root_device_hints'] : ['disks'])];
  if (hints && Object.keys(hints).length > 0) {
    if (/^\/dev\/[^/]+$/.test(hints.deviceName ?? '') && disks.length > 1)
      report.warn(
        'unstable-root-disk',
        [...keys, 'deviceName'],
        `${hints.deviceName} of ${name} is another disk after another boot: the kernel names disks in the order it finds them`,
        'write wwn or serialNumber instead (lsblk -o NAME,WWN,SERIAL)',
      );
    for (const key of ['wwnWithExtension', 'wwnVendorExtension'] as const)
      if (hints[key] !== undefined)
        report.warn('ignored-hint', [...keys, key], `${key} of ${name} is ignored by assisted and agent-based installs`, 'write wwn');
  } else if (disks.length > 1 && Object.keys(rootDeviceHintsOf(entry)).length === 0)
    report.warn(
      'no-root-disk',
      keys,
      `nothing tells which of ${disks.length} disks ${name} is installed to`,
      'add wwn or serial to its disks (lsblk -o NAME,WWN,SERIAL,SIZE), or root_device_hints',
    );
}
