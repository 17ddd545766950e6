import type { Guess } from './compose-lab.ts';
import type { FoundCluster } from './found-cluster.ts';

const HINTS = new Set(['deviceName', 'hctl', 'model', 'vendor', 'serialNumber', 'wwn', 'wwnWithExtension', 'wwnVendorExtension']);

/**
 * Adds the bare-metal nodes of a cluster to a lab's hosts; inventories say nothing of their processors, memory and disks.
 *
 * @param addresses that are written for nodes.
 * @returns their names, masters first.
 */
export function hostEntries(
  cluster: FoundCluster,
  names: ReadonlyMap<string, string>,
  hosts: Record<string, unknown>,
  addresses: ReadonlyMap<string, string>,
  guess: Guess,
): string[] {
  const metal = cluster.nodes.filter((node) => node.metal).toSorted((a, b) => (a.role === b.role ? 0 : a.role === 'master' ? -1 : 1));
  return metal.map((node) => {
    const { bmc, doubt, username, nic, hints } = node.metal!;
    const name = `${cluster.name}-${names.get(node.name)}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
    const keys = ['hosts', name];
    const known = nic !== undefined && /^[^\s/:]{1,15}$/.test(nic);
    const nicName = known ? nic : 'eno1';
    if (!known) guess([...keys, 'nics', nicName], nicName, 'the name of its NIC');
    const rootDeviceHints = Object.entries(hints).filter(([key]) => HINTS.has(key));
    hosts[name] = {
      bmc: { address: doubt === undefined ? bmc : guess([...keys, 'bmc', 'address'], bmc, doubt), username },
      nics: { [nicName]: { mac: node.mac?.value.toLowerCase() ?? '' } },
      ...(addresses.has(names.get(node.name)!) ? { address: addresses.get(names.get(node.name)!) } : {}),
      cpus: guess([...keys, 'cpus'], 32, 'threads'),
      memory: guess([...keys, 'memory'], '128GiB', 'no inventory says it'),
      disks: guess([...keys, 'disks'], [{ size: '480GiB' }], 'no inventory says it'),
      ...(rootDeviceHints.length > 0 ? { root_device_hints: Object.fromEntries(rootDeviceHints) } : {}),
    };
    return name;
  });
}
