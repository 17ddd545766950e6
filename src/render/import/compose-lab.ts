import { addressAt, contains, formatBlock, formatIp, parseBlock, parseIp, type Block } from '../../lab/ip.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { Found, FoundCluster } from './found-cluster.ts';
import { hostEntries } from './host-entries.ts';
import { identitiesOf } from './identities.ts';
import type { ImportReport } from './import-report.ts';
import { machineEntries, nodeNames, sizesOf } from './node-entries.ts';
import { ownAddresses } from './own-addresses.ts';

/** A lab file as data, and what to say behind single values of it. */
export interface ComposedLab {
  readonly lab: LabEntries;
  readonly comments: readonly { readonly keys: KeyPath; readonly text: string }[];
  /** What inventories state for single nodes and a lab may have: cluster, node, address. */
  readonly addresses: readonly (readonly [cluster: string, node: string, address: string])[];
}

export interface LabEntries {
  readonly lab: string;
  readonly domain: string;
  readonly jumphost: { readonly address: string; readonly address6?: string; readonly nic: string };
  readonly networks: Readonly<Record<string, unknown>>;
  readonly servers: Readonly<Record<string, ServerEntry>>;
  readonly hosts?: Readonly<Record<string, unknown>>;
  readonly clusters: Readonly<Record<string, ClusterEntry>>;
}

export interface ServerEntry {
  readonly address: string;
  readonly nic: string;
  readonly cpus: number;
  readonly memory: string;
  readonly disk: string;
  readonly ssh?: { readonly host: string };
}

export type ClusterEntry = Readonly<Record<string, unknown>> & { readonly on?: string };

/** What a lab may have of an inventory's own identities: given up when the lab does not plan with them. */
export interface Keeping {
  readonly vips: boolean;
  /** Of single nodes. */
  readonly addresses: boolean;
  readonly identities: boolean;
}

const GUESSED_NETWORK = '192.168.21.0/24';
/** Until the plan says what its machines need. */
const ROOM = { cpus: 4096, memory: '64TiB', disk: '512TiB' } as const;

/** Puts clusters of any format into one lab; everything it needs and nobody said is guessed, with a comment. */
export function composeLab(name: string, clusters: readonly FoundCluster[], keeping: Keeping, report: ImportReport): ComposedLab {
  const comments: { keys: KeyPath; text: string }[] = [];
  const guess = <T>(keys: KeyPath, value: T, why: string): T => {
    comments.push({ keys, text: `guessed: ${why}` });
    report.note({ id: 'guessed', kind: 'guessed', what: keys.join('.'), why });
    return value;
  };
  const networks = networksOf(clusters, guess, report);
  const [main] = networks.values();
  if (!main) throw new Error('an import has a cluster');
  const jumphost = {
    address: main.gateway?.value ?? guess(['jumphost', 'address'], addressAt(main.block, 1), 'the first address of the network'),
    ...(main.block6 && { address6: guess(['jumphost', 'address6'], addressAt(main.block6, 1), 'the first address of the network') }),
    nic: guess(['jumphost', 'nic'], 'eno1', 'the interface that faces the servers'),
  };
  const addresses = freeAddresses(
    [...networks.values()],
    [
      jumphost.address,
      ...clusters.flatMap(({ vips, hypervisor, nodes, provisionhost, bootstrap: boot }) => [
        vips?.api.value,
        vips?.ingress.value,
        hypervisor?.host?.value,
        provisionhost?.address?.value,
        boot?.address?.value,
        ...nodes.map(({ address }) => address?.value),
      ]),
    ],
  );
  const owners = new Map([[jumphost.address, 'the jumphost']]);
  for (const { name: owner, vips, hypervisor } of clusters) {
    if (hypervisor?.host) owners.set(hypervisor.host.value, 'a server');
    if (vips) owners.set(vips.api.value, `api of ${owner}`).set(vips.ingress.value, `ingress of ${owner}`);
  }
  const stated: ComposedLab['addresses'][number][] = [];
  const servers = new Map<string, ServerEntry>();
  const serverNames = new Map<string, string>();
  const taken = new Map<string, string>();
  const hosts: Record<string, unknown> = {};
  const entries = clusters.map((cluster): readonly [string, ClusterEntry] => {
    const network = networks.get(cidrOf(cluster))!;
    const on = cluster.hypervisor && serverOf(cluster.hypervisor.host, { network, servers, serverNames, addresses, guess, report });
    const names = nodeNames(cluster, report);
    const key = labName(cluster.name);
    const own = ownAddresses(cluster, names, network.block, owners, report);
    for (const [node, address] of own) stated.push([key, node, address]);
    const pinned = keeping.addresses ? own : new Map<string, string>();
    const metal = hostEntries(cluster, names, hosts, pinned, guess);
    const identities = keeping.identities ? identitiesOf(cluster, names, taken, report) : new Map<string, object>();
    const machines = machineEntries(cluster, names, identities, pinned);
    const count = (role: string): number => cluster.nodes.filter((one) => one.role === role && (on === undefined || !one.metal)).length;
    if (key !== cluster.name)
      report.note({ id: 'renamed', kind: 'dropped', what: `name ${cluster.name}`, why: `a cluster's name is lower case: ${key}`, at: cluster.at });
    const sizes = sizesOf(cluster);
    return [
      key,
      {
        ...(on === undefined ? {} : { on }),
        ...(metal.length > 0 ? { nodes: metal.map((host) => `host/${host}`) } : {}),
        ...(networks.size > 1 ? { network: network.name } : {}),
        install: cluster.install,
        masters: count('master'),
        workers: count('worker'),
        ...(cluster.install === 'ipi' ? { provisionhost: provisionhostOf(cluster, key, on, guess) } : {}),
        ...(keeping.vips && cluster.vips ? { vips: { api: cluster.vips.api.value, ingress: cluster.vips.ingress.value } } : {}),
        ...(Object.keys(sizes).length > 0 ? { sizes } : {}),
        ...(Object.keys(machines).length > 0 ? { machines } : {}),
      },
    ];
  });
  const lab: LabEntries = {
    lab: name,
    domain: clusters[0]!.domain.value.toLowerCase(),
    jumphost,
    networks: Object.fromEntries(
      [...networks.values()].map((network) => [
        network.name,
        {
          cidr: network.cidr,
          ...(network.block6 && { cidr6: formatBlock(network.block6) }),
          bridge: network.bridge,
          ...(network.slotSize === 16 ? {} : { slot_size: network.slotSize }),
        },
      ]),
    ),
    servers: Object.fromEntries(servers),
    ...(Object.keys(hosts).length > 0 ? { hosts } : {}),
    clusters: Object.fromEntries(entries),
  };
  return { lab, comments, addresses: stated };
}

export type Guess = <T>(keys: KeyPath, value: T, why: string) => T;

/** In the letters that a lab file allows. */
export function labName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'imported' : name;
}

interface Network {
  readonly name: string;
  readonly cidr: string;
  readonly block: Block;
  readonly block6: Block | undefined;
  readonly bridge: string;
  readonly slotSize: number;
  readonly gateway: Found<string> | undefined;
}

function cidrOf({ network }: FoundCluster): string {
  const block = parseBlock(network.cidr?.value ?? GUESSED_NETWORK);
  return block ? formatBlock(block) : GUESSED_NETWORK;
}

function networksOf(clusters: readonly FoundCluster[], guess: Guess, report: ImportReport): ReadonlyMap<string, Network> {
  const networks = new Map<string, Network>();
  for (const cidr of new Set(clusters.map(cidrOf))) {
    const mine = clusters.filter((one) => cidrOf(one) === cidr);
    const name = networks.size === 0 ? 'baremetal' : `baremetal${networks.size + 1}`;
    const block = parseBlock(cidr)!;
    if (mine.every(({ network }) => !network.cidr)) guess(['networks', name, 'cidr'], cidr, 'no inventory says it; write the network that the jumphost serves');
    const bridge = mine.flatMap(({ network }) => network.bridge ?? []).find(({ value }) => /^[^\s/:]{1,15}$/.test(value));
    const nat = mine.find(({ network }) => network.nat);
    if (nat?.network.cidr)
      report.warn(
        'private-network',
        `${cidr} was one server's own (${mine.map((one) => one.name).join(', ')}), and all of DCI's samples have the same; on a bridge the whole segment sees these addresses`,
        'make sure that nothing else on the segment uses them, or write another cidr into the lab file',
        nat.network.cidr.at,
      );
    const workers = Math.max(...mine.map(({ nodes }) => nodes.filter(({ role }) => role === 'worker').length));
    const gateway = mine.flatMap(({ network }) => network.gateway ?? []).find(({ value }) => isIn(block, value));
    networks.set(cidr, {
      name,
      cidr,
      block,
      block6: parseBlock(mine.find(({ network }) => network.cidr6)?.network.cidr6?.value ?? ''),
      bridge: bridge?.value ?? guess(['networks', name, 'bridge'], networks.size === 0 ? 'br0' : `br${networks.size}`, 'the bridge on every server'),
      slotSize: workers <= 9 ? 16 : workers <= 25 ? 32 : 64,
      gateway,
    });
  }
  return networks;
}

interface ServerContext {
  readonly network: Network;
  readonly servers: Map<string, ServerEntry>;
  /** By what inventories call them. */
  readonly serverNames: Map<string, string>;
  readonly addresses: (network: Network) => string;
  readonly guess: Guess;
  readonly report: ImportReport;
}

/** Inventories of several servers call each of them localhost: those are as many servers as inventories. */
function serverOf(host: Found<string> | undefined, { network, servers, serverNames, addresses, guess }: ServerContext): string {
  const local = host === undefined || /^(localhost|127\.|::1)/.test(host.value);
  const known = local ? undefined : serverNames.get(host.value);
  if (known !== undefined) return known;
  const ip = local ? undefined : parseIp(host.value);
  const label = local || ip ? '' : labName(host.value.split('.')[0] ?? '');
  const named = label !== '' && !servers.has(label) && !['jumphost', 'bmc'].includes(label);
  const name = named ? label : `server${String(servers.size + 1).padStart(2, '0')}`;
  const keys = ['servers', name];
  const own = ip && contains(network.block, ip) && ip.value > network.block.first && formatIp(ip) !== network.gateway?.value ? formatIp(ip) : undefined;
  servers.set(name, {
    address: own ?? guess([...keys, 'address'], addresses(network), 'a free address of the network'),
    nic: guess([...keys, 'nic'], 'eno1', 'the interface that becomes a port of the bridge'),
    ...ROOM,
    ...(local || own !== undefined ? {} : { ssh: { host: host.value } }),
  });
  if (!local) serverNames.set(host.value, name);
  return name;
}

function provisionhostOf(cluster: FoundCluster, key: string, on: string | undefined, guess: Guess): object {
  const { provisionhost } = cluster;
  const user = provisionhost?.user === undefined || labName(provisionhost.user) !== provisionhost.user ? {} : { user: provisionhost.user };
  if (on !== undefined && (provisionhost?.vm ?? true)) return { on, ...user };
  return { machine: guess(['clusters', key, 'provisionhost', 'machine'], 'jumphost', 'the machine that the installer runs on'), ...user };
}

/** Addresses of servers count up behind the jumphost's, past what somebody has. */
function freeAddresses(networks: readonly Network[], taken: readonly (string | undefined)[]): (network: Network) => string {
  const used = new Set(taken);
  const next = new Map(networks.map(({ cidr }) => [cidr, 2]));
  return ({ cidr, block }) => {
    let offset = next.get(cidr) ?? 2;
    while (used.has(addressAt(block, offset))) offset += 1;
    next.set(cidr, offset + 1);
    return addressAt(block, offset);
  };
}

function isIn(block: Block, text: string): boolean {
  const ip = parseIp(text);
  return ip !== undefined && contains(block, ip);
}
