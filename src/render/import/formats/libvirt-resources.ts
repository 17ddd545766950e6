import type { Found, FoundCluster, FoundNetwork, FoundNode, FoundProvisionhost, FoundSize } from '../found-cluster.ts';
import type { ImportReport } from '../import-report.ts';
import type { InventoryReader, ItemReader } from '../inventory-reader.ts';
import { externalNetworks, networkOf } from '../network-of.ts';

/** The image that `disk_size` is added to (reference/lab-and-libvirt.md §1.1). */
const IMAGE_GIB = 10;

/**
 * Format A: `libvirt_resources.yml` of dci-openshift-agent's ocp_on_libvirt, VMs of an IPI cluster as lists `hosts` and `networks`
 * (reference/lab-and-libvirt.md §1.1). A host's role is a part of its name.
 */
export function libvirtResources(
  reader: InventoryReader,
  { name, domain }: { readonly name: Found<string>; readonly domain: Found<string> },
  report: ImportReport,
): FoundCluster {
  const hosts = reader.cluster.list('hosts');
  const network = machineNetwork(reader, report);
  const nodes = hosts.flatMap((host) => node(reader, host, network?.name, report) ?? []);
  const api = reader.cluster.text('api_ip_address') ?? apiOf(network);
  const ingress = reader.cluster.text('apps_ip_address');
  return {
    name: name.value,
    at: name.at,
    domain,
    install: 'ipi',
    network: network?.found ?? networkOf(externalNetworks(reader.cluster)),
    hypervisor: hypervisorOf(reader),
    vips: api && ingress ? { api, ingress } : undefined,
    nodes,
    provisionhost: provisionhost(reader, hosts, network?.name),
  };
}

/** Whether the lists `hosts` and `networks` describe VMs by role, as this format does. */
export function isLibvirtResources(reader: InventoryReader): boolean {
  return reader.cluster.list('hosts').some((host) => /master/.test(host.text('name')?.value ?? ''));
}

export function hypervisorOf(reader: InventoryReader): FoundCluster['hypervisor'] {
  const [first] = [...reader.hosts('vm_host'), ...reader.hosts('vm_hosts')];
  if (first === undefined) return { host: undefined, user: undefined };
  const vars = reader.host(first);
  const at = reader.inventory.hosts.get(first)?.at ?? reader.start;
  return { host: vars.text('ansible_host') ?? { value: first, at }, user: vars.text('ansible_user')?.value };
}

interface MachineNetwork {
  readonly name: string;
  readonly item: ItemReader;
  readonly found: FoundNetwork;
}

/** The network that is not for provisioning: nodes have their addresses in it. */
function machineNetwork(reader: InventoryReader, report: ImportReport): MachineNetwork | undefined {
  const networks = reader.cluster.list('networks');
  for (const one of networks) {
    const bridge = one.text('bridge');
    // The template turns STP on for every bridge that libvirt makes.
    if (bridge && one.text('forward_mode')?.value !== 'bridge')
      report.warn(
        'stp-on',
        `DCI makes bridge ${bridge.value} with STP on: a new port forwards nothing for up to 30 s, and DHCP in early boot may time out`,
        'nothing to do: bridges of labwright have STP off',
        bridge.at,
      );
    if (/prov/.test(one.text('name')?.value ?? ''))
      report.note({
        id: 'no-provisioning-network',
        kind: 'dropped',
        what: `network ${one.text('name')?.value}`,
        why: 'nodes boot by virtual media, so there is no provisioning network',
        at: one.at,
      });
  }
  const item = networks.find((one) => !/prov/.test(one.text('name')?.value ?? ''));
  if (!item) return undefined;
  const mode = item.text('forward_mode')?.value;
  const found = networkOf({
    ...externalNetworks(reader.cluster),
    gateway: item.text('ip'),
    netmask: item.text('netmask') ?? item.text('prefix'),
    bridge: mode === 'bridge' ? item.text('bridge') : undefined,
    nat: mode !== 'bridge',
  });
  return { name: item.text('name')?.value ?? '', item, found };
}

function apiOf(network: MachineNetwork | undefined): Found<string> | undefined {
  const record = network?.item
    .map('dns')
    ?.list('hosts')
    .find((one) => one.text('ip'));
  return record?.text('ip');
}

function node(reader: InventoryReader, host: ItemReader, network: string | undefined, report: ImportReport): FoundNode | undefined {
  const name = host.text('name')?.value ?? '';
  const role = /master/.test(name) ? 'master' : /worker/.test(name) ? 'worker' : undefined;
  if (role === undefined) {
    if (!/provision/.test(name))
      report.refuse('no-role', `host "${name}" has neither provision, master nor worker in its name`, 'DCI takes the role from the name: rename it', host.at);
    return undefined;
  }
  for (const key of ['pci_passthrough', 'root_device_hint'])
    if (host.text(key) ?? host.map(key))
      report.note({
        id: `no-${key.replaceAll('_', '-')}`,
        kind: 'dropped',
        what: `${key} of ${name}`,
        why: key === 'pci_passthrough' ? 'labwright passes no devices through' : 'each disk of a VM has a serial, which is its hint',
        at: host.at,
      });
  const generated = reader.inventory.hosts.has(name) ? reader.host(name) : undefined;
  return {
    name,
    role,
    at: host.at,
    mac: macOn(host, network),
    uuid: generated?.text('kvm_uuid'),
    address: addressOn(host, network),
    size: sizeOf(host, role),
    metal: undefined,
  };
}

export function macOn(host: ItemReader, network: string | undefined): Found<string> | undefined {
  return interfaceOn(host, network)?.text('mac');
}

export function addressOn(host: ItemReader, network: string | undefined): Found<string> | undefined {
  return interfaceOn(host, network)?.text('address');
}

function interfaceOn(host: ItemReader, network: string | undefined): ItemReader | undefined {
  return host.list('networks').find((one) => network === undefined || one.text('name')?.value === network);
}

function sizeOf(host: ItemReader, role: string): FoundSize {
  const added = gib(host.text('disk_size')?.value);
  const second = role === 'worker' ? gib(host.text('disk2_size')?.value) : undefined;
  return {
    ...size(host.number('vcpus'), host.number('memory')),
    ...(added === undefined ? {} : { disksGiB: [added + IMAGE_GIB, ...(second === undefined ? [] : [second])] }),
  };
}

export function size(cpus: number | undefined, memoryMiB: number | undefined, diskGb?: number): FoundSize {
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(diskGb === undefined ? {} : { disksGiB: [diskGb] }),
  };
}

/** `42G`, as qemu-img takes it. */
function gib(text: string | undefined): number | undefined {
  const [, number, unit = 'G'] = /^\+?(\d+)([MGT]?)/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Math.ceil(Number(number) * ({ M: 1 / 1024, G: 1, T: 1024 }[unit] ?? 1));
}

function provisionhost(reader: InventoryReader, hosts: readonly ItemReader[], network: string | undefined): FoundProvisionhost | undefined {
  const host = hosts.find((one) => /provision/.test(one.text('name')?.value ?? ''));
  const user = reader.cluster.text('provisionhost_user')?.value;
  return host && { vm: true, user, size: sizeOf(host, 'provisionhost'), mac: macOn(host, network), address: addressOn(host, network) };
}
