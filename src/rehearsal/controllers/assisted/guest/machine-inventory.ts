import type { KubeObject } from '../../../../kube/objects.ts';
import type { SimulatedMachine } from '../../../machines/machines.ts';
import { networkOf } from '../service/networks.ts';
import { inventoryOf, type Inventory } from '../service/inventory.ts';

interface NmState {
  readonly interfaces?: readonly { readonly ipv4?: Stack; readonly ipv6?: Stack }[];
  readonly routes?: { readonly config?: readonly { readonly destination?: string; readonly 'next-hop-address'?: string }[] };
}

interface Stack {
  readonly address?: readonly { readonly ip: string; readonly 'prefix-length': number }[];
}

/**
 * What the discovery agent finds on a simulated machine.
 *
 * Its addresses are those of the NMStateConfig that names its MAC; without one, the machine's own by DHCP, in a /24.
 */
export function machineInventory(machine: SimulatedMachine, nmstateConfigs: readonly KubeObject[]): Inventory {
  const config = nmstateConfigs
    .map(specOf)
    .find(({ interfaces }) => interfaces?.some(({ macAddress }) => macAddress?.toLowerCase() === machine.mac.toLowerCase()))?.config;
  const configured = (config?.interfaces ?? [])
    .flatMap(({ ipv4, ipv6 }) => [...(ipv4?.address ?? []), ...(ipv6?.address ?? [])])
    .map((one) => `${one.ip}/${one['prefix-length']}`);
  const addresses = configured.length > 0 ? configured : [`${machine.address}/24`];
  const route = config?.routes?.config?.find(({ destination }) => destination === '0.0.0.0/0' || destination === '::/0')?.['next-hop-address'];
  return inventoryOf({
    // No name of its own yet: it comes with the Agent's spec.
    hostname: machine.name,
    mac: machine.mac,
    addresses,
    gateway: route ?? firstAddress(addresses[0] ?? ''),
    cpus: machine.vcpus,
    memoryBytes: machine.memoryMiB * 2 ** 20,
    disks: machine.disks.map(({ sizeGiB, ...names }) => ({ bytes: sizeGiB * 2 ** 30, type: 'SSD', ...names })),
    vendor: { manufacturer: 'Red Hat', product: 'KVM', virtual: true },
  });
}

function specOf(config: KubeObject): { readonly interfaces?: readonly { readonly macAddress?: string }[]; readonly config?: NmState } {
  return config['spec'] ?? {};
}

function firstAddress(address: string): string {
  return (networkOf(address).split('/')[0] ?? '').replace(/\.0$/, '.1').replace(/::$/, '::1');
}
