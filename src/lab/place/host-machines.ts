import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';
import { readBmcAddress } from '../bmc-address.ts';
import type { HostEntry } from '../file/host-entry.ts';
import type { LabFile } from '../lab-file.ts';
import { bondsOf } from '../servers.ts';
import type { PlannedBmc, PlannedMachine, PlannedNic, RootDeviceHints } from '../plan.ts';

/** A bare-metal host's root disk has at least that, in MiB: 100 GB (assisted-service's data/default_hw_requirements.json). */
const LEAST_DISK_MIB = 95_368;

/** Every bare-metal host as a machine, whether a cluster has it or not. */
export function hostMachines(file: LabFile): PlannedMachine[] {
  const lab = uuidV5(LABWRIGHT_NAMESPACE, file.lab);
  return Object.entries(file.hosts).map(([name, entry]): PlannedMachine => {
    const boot = bootNicOf(entry);
    const others = Object.entries(entry.nics).filter(([nic]) => nic !== boot.name);
    return {
      name,
      uuid: uuidV5(lab, `host/${name}`),
      kind: 'metal',
      home: undefined,
      server: name,
      mac: boot.mac,
      nics: [boot, ...others.map(([nic, { mac, network }]) => ({ name: nic, mac, ...(network !== undefined && { network }) }))],
      bonds: bondsOf(entry.bonds),
      vcpus: entry.cpus,
      memoryMiB: entry.memory,
      firmware: entry.firmware,
      disks: entry.disks.map(({ size, serial, wwn }) => ({ sizeGiB: Math.floor(size / 1024), serial, ...(wwn !== undefined && { wwn }) })),
      pool: undefined,
      rootDeviceHints: rootDeviceHintsOf(entry),
      bmc: bmcOf(name, entry.bmc),
      tags: entry.tags,
      directBoot: undefined,
    };
  });
}

/** The NIC a host boots from. */
export function bootNicOf({ nics, boot_nic }: Pick<HostEntry, 'nics' | 'boot_nic'>): PlannedNic {
  const name = boot_nic ?? Object.keys(nics)[0]!;
  return { name, mac: nics[name]!.mac };
}

/**
 * The disk to install a host to, by what never changes (reference/lab-and-libvirt.md §4.4): its WWN, else its serial. As written, else the
 * smallest that is large enough, solid before rotating. Nothing when that disk has neither, and no size when it is the only one.
 */
export function rootDeviceHintsOf({ root_device_hints: written, disks }: Pick<HostEntry, 'root_device_hints' | 'disks'>): RootDeviceHints {
  if (written) return written;
  const known = disks.filter((disk) => disk.size >= LEAST_DISK_MIB && (disk.wwn !== undefined || disk.serial !== undefined));
  const [chosen] = known.toSorted((a, b) => Number(a.rotational) - Number(b.rotational) || a.size - b.size);
  if (!chosen) return {};
  return chosen.wwn === undefined ? { serialNumber: chosen.serial! } : { wwn: chosen.wwn };
}

function bmcOf(name: string, { address, username, password_file, verify_tls }: HostEntry['bmc']): PlannedBmc {
  const read = readBmcAddress(address);
  if ('message' in read) throw new Error(`the BMC address of ${name} was not checked`);
  return { ...read, username, passwordFile: password_file ?? `/etc/labwright/bmc/${name}`, verifyTls: verify_tls };
}
