import { planIndex } from '../../lab/plan-index.ts';
import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNetwork, PlannedServer } from '../../lab/plan.ts';
import { contains, parseBlock, parseIp } from '../../lab/ip.ts';
import { holderOf } from '../holder-of.ts';
import { jumphostPorts } from '../jumphost-ports.ts';
import { networksOn } from '../networks-on.ts';
import { portOf } from '../port-of.ts';
import { pictureMachine, type PictureMachine } from './picture-machine.ts';
import { gib, sizeLine } from './size-line.ts';

/** What a drawing of a lab shows, whatever it is drawn with. */
export interface LabPicture {
  readonly title: string;
  readonly summary: string;
  /** What the marks of inactive clusters mean; undefined where there is none. */
  readonly note: string | undefined;
  readonly lanes: readonly Lane[];
  readonly jumphost: PictureHost;
  /** Servers with their VMs, then bare-metal hosts. */
  readonly hosts: readonly PictureHost[];
  readonly clusters: readonly PictureCluster[];
}

/** A network. */
export interface Lane {
  readonly name: string;
  /** CIDRs, bridge and what else is special: `192.168.21.0/24 · br0`. */
  readonly label: string;
}

export interface PictureHost {
  readonly name: string;
  readonly kind: 'jumphost' | 'server' | 'bare metal';
  readonly lines: readonly string[];
  readonly attachments: readonly Attachment[];
  /** Of a bare-metal host: itself. */
  readonly machines: readonly PictureMachine[];
}

/** A NIC in a network. A server has none but its bridge's in further networks, where only its VMs have addresses. */
export interface Attachment {
  readonly lane: string;
  readonly nic: string;
  readonly addresses: readonly string[];
}

export interface PictureCluster {
  readonly name: string;
  readonly active: boolean;
  readonly lines: readonly string[];
}

const NOTE = 'Dashed: held by no cluster now. “or”: what a machine becomes when that cluster claims it.';

/** A lab as a picture: every host, machine and cluster once. */
export function labPicture(plan: LabPlan): LabPicture {
  const { lab, domain, networks, servers, machines, clusters } = plan;
  const metal = machines.filter(({ kind }) => kind === 'metal');
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  const parts = [
    count(servers.length, 'server'),
    count(machines.length - metal.length, 'VM'),
    ...(metal.length > 0 ? [count(metal.length, 'bare-metal host')] : []),
    `${count(clusters.length, 'cluster')}, ${clusters.filter(({ active }) => active).length} of them active`,
  ];
  return {
    title: `${lab} · ${domain}`,
    summary: parts.join(' · '),
    note: clusters.every(({ active }) => active) ? undefined : NOTE,
    lanes: networks.map((network) => ({ name: network.name, label: laneLabel(network) })),
    jumphost: jumphostOf(plan),
    hosts: [...servers.map((server) => serverOf(plan, server)), ...metal.map((one) => metalOf(plan, one))],
    clusters: clusters.map((cluster) => ({ name: cluster.name, active: cluster.active, lines: clusterLines(cluster) })),
  };
}

function laneLabel({ cidr, cidr6, bridge, vlan, mtu, mode }: PlannedNetwork): string {
  const special = [vlan === undefined ? '' : `VLAN ${vlan}`, mtu === 1500 ? '' : `MTU ${mtu}`, mode === 'nat' ? 'behind NAT' : ''];
  return [cidr, cidr6 ?? '', bridge, ...special].filter(Boolean).join(' · ');
}

function jumphostOf(plan: LabPlan): PictureHost {
  const { jumphost, networks } = plan;
  const ports = Map.groupBy(jumphostPorts(plan), ({ what }) => what);
  const libvirts = networks.every(({ mode }) => mode === 'nat');
  const services = [...ports].flatMap(([what, [first]]) => (libvirts && /^D(NS|HCP)/.test(what) ? [] : [`${what} :${first!.port}`]));
  const { ntpUpstreams, firewall } = jumphost.services;
  return {
    name: jumphost.name,
    kind: 'jumphost',
    lines: [
      ...(jumphost.uplink === undefined ? [] : [`outside by ${jumphost.uplink}`]),
      ...services,
      ...(libvirts ? ['DNS and DHCP: libvirt'] : []),
      ...ntpUpstreams.map((one) => `time from ${one}`),
      ...(firewall === 'none' ? [] : [`firewall ${firewall}`]),
    ],
    attachments: networks.flatMap((network): Attachment[] => {
      const addresses = addressesIn(network, jumphost);
      return addresses.length > 0 ? [{ lane: network.name, nic: jumphost.nic, addresses }] : [];
    }),
    machines: [],
  };
}

function serverOf(plan: LabPlan, server: PlannedServer): PictureHost {
  const networks = networksOn(plan, server.name);
  const own = networks.find((network) => addressesIn(network, server).length > 0);
  return {
    name: server.name,
    kind: 'server',
    lines: [sizeLine(server.cpus, server.memoryMiB, [server.diskGiB]), ...server.pools.map(({ name, sizeGiB }) => `pool ${name} ${gib(sizeGiB)}`)],
    attachments: networks.map((network) => ({
      lane: network.name,
      nic: network.mode === 'nat' || own === undefined ? network.bridge : portOf(server, network, own).name,
      addresses: addressesIn(network, server),
    })),
    machines: (planIndex(plan).vms.get(server.name) ?? []).map((machine) => pictureMachine(plan, machine)),
  };
}

function metalOf(plan: LabPlan, machine: PlannedMachine): PictureHost {
  const { node, cluster } = holderOf(plan, machine.name) ?? {};
  const further = node?.interfaces ?? [];
  const own = node && { lane: cluster!.network, nic: machine.bonds[0]?.name ?? machine.nics[0]?.name ?? '', addresses: node.addresses };
  return {
    name: machine.name,
    kind: 'bare metal',
    lines: [
      sizeLine(
        machine.vcpus,
        machine.memoryMiB,
        machine.disks.map(({ sizeGiB }) => sizeGiB),
      ),
      `BMC ${URL.parse(machine.bmc.url)?.host ?? machine.bmc.url}`,
    ],
    attachments: [
      ...(own ? [own] : []),
      ...further.map(({ network, nic, vlan, addresses }) => ({ lane: network, nic: vlan === undefined ? nic : `${nic}.${vlan}`, addresses })),
    ],
    machines: [pictureMachine(plan, machine)],
  };
}

function clusterLines({ role, topology, install, hub, active, network, networks, vips, vips6, hosted, provisionhost, bootstrap }: PlannedCluster): string[] {
  return [
    [role, topology, install].join(' · '),
    ...(hub === undefined ? [] : [`installed by ${hub}`]),
    ...(active ? [] : ['inactive: holds no machines']),
    `in ${[network, ...networks.map(({ name }) => name)].join(', ')}`,
    ...[vips, vips6].flatMap((pair) =>
      pair === undefined ? [] : pair.api === pair.ingress ? [`api, apps ${pair.api}`] : [`api ${pair.api}`, `apps ${pair.ingress}`],
    ),
    ...(provisionhost && provisionhost.machine === undefined ? [`provisionhost ${provisionhost.name}`] : []),
    ...(bootstrap ? [`bootstrap ${bootstrap.addresses.join(' ')}`] : []),
    ...hosted.map((one) => `hosts ${one.name} ${one.vips.api} ${one.vips.ingress}`),
  ];
}

function addressesIn({ cidr, cidr6 }: PlannedNetwork, { address, address6 }: { readonly address: string; readonly address6?: string }): string[] {
  const blocks = [cidr, ...(cidr6 === undefined ? [] : [cidr6])].map((one) => parseBlock(one)!);
  return [address, ...(address6 === undefined ? [] : [address6])].filter((one) => blocks.some((block) => contains(block, parseIp(one)!)));
}
