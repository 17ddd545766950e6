import { addressRecords } from './address-records.ts';
import { contains, formatBlock, formatIp, parseBlock, parseIp } from '../lab/ip.ts';
import type { LabPlan, PlannedCluster, PlannedNetwork, PlannedNode } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';

export interface DnsmasqOptions {
  /** Where the main files go; a folder of this lab's own. */
  readonly confDir: string;
  /** Holds `dhcp-hosts.d` and the leases. */
  readonly stateDir: string;
  /** The jumphost's interface that serves the lab. */
  readonly interface: string;
  /** Resolvers for names outside the lab; none when disconnected. */
  readonly upstreams: readonly string[];
}

/** First line of every file, before the lab's name: the mark of ownership. */
export const OWNER_HEADER = '# Written by labwright, which overwrites changes, for lab ';

/**
 * Every dnsmasq file of the jumphost, path to text (reference/lab-and-libvirt.md §2.5.3).
 *
 * Only active clusters appear: a machine that two clusters declare has one name at a time, so its PTR is that of the
 * cluster that holds it. Throws `bad_input` on a value that would end a line or a field, as dnsmasq has no escapes.
 */
export function renderDnsmasq(plan: LabPlan, options: DnsmasqOptions): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  // dnsmasq takes comments in both kinds of files.
  const add = (file: string, content: string): unknown => files.set(file, `${OWNER_HEADER}${word(plan.lab)}\n${content}`);
  add(`${options.confDir}/00-lab.conf`, mainConf(plan, options));
  for (const network of plan.networks) {
    const segment = segmentConf(plan, network);
    if (segment !== '') add(`${options.confDir}/10-seg-${word(network.name)}.conf`, segment);
  }
  // In a NAT network libvirt answers.
  const served = new Set(plan.networks.flatMap(({ name, mode }) => (mode === 'bridge' ? [name] : [])));
  for (const cluster of plan.clusters.filter(({ active, network }) => active && served.has(network))) {
    add(`${options.confDir}/20-cluster-${word(cluster.name)}.conf`, clusterConf(cluster));
    add(`${options.stateDir}/dhcp-hosts.d/${word(cluster.name)}`, dhcpHosts(cluster));
  }
  return files;
}

function mainConf(plan: LabPlan, options: DnsmasqOptions): string {
  const { jumphost } = plan;
  const record = (name: string, host: { readonly address: string; readonly address6?: string }): string =>
    `host-record=${word(`${name}.${plan.domain}`)},${both(host.address, host.address6).join(',')}`;
  return lines([
    'bind-dynamic',
    `interface=${word(options.interface)}`,
    // The host's own resolver may live there.
    'except-interface=lo',
    'domain-needed',
    'bogus-priv',
    'no-hosts',
    'no-resolv',
    ...options.upstreams.map((upstream) => `server=${word(upstream)}`),
    `local=/${word(plan.domain)}/`,
    'dhcp-authoritative',
    `dhcp-leasefile=${path(options.stateDir)}/dnsmasq.leases`,
    'log-dhcp',
    'no-negcache',
    `dhcp-hostsdir=${path(options.stateDir)}/dhcp-hosts.d`,
    ...(both(jumphost.address, jumphost.address6).some((address) => address.includes(':')) ? ['enable-ra'] : []),
    record(jumphost.name, jumphost),
    record('ntp', jumphost),
    ...(jumphost.services.httpStore ? [record('http', jumphost)] : []),
    ...(jumphost.services.registry ? [record('registry', jumphost)] : []),
    // Where the plan's BMC addresses point to.
    record('bmc', jumphost),
    ...plan.servers.map((server) => record(server.name, server)),
  ]);
}

/**
 * A `static` range answers known MACs only, so a stranger never takes a planned address. Empty for a network in which the
 * jumphost has no address: it can serve none there.
 */
function segmentConf(plan: LabPlan, network: PlannedNetwork): string {
  if (network.mode === 'nat') return '';
  const [set, tag] = [`set:${word(network.name)}`, `tag:${word(network.name)}`];
  return [network.cidr, network.cidr6]
    .flatMap((cidr) => {
      const own = cidr === undefined ? undefined : ownAddress(plan, cidr);
      if (cidr === undefined || own === undefined) return [];
      const { family, prefix } = parseBlock(cidr)!;
      if (family === 6) {
        // The router is not an option of DHCPv6: it comes from the router advertisements of `enable-ra`.
        const options = ['dns-server', 'ntp-server'].map((option) => `dhcp-option=${tag},option6:${option},[${own}]`);
        return [`dhcp-range=${set},${firstOf(cidr)},static,${prefix},12h`, ...options];
      }
      const options = ['router', 'dns-server', 'ntp-server'].map((option) => `dhcp-option=${tag},option:${option},${own}`);
      const mtu = network.mtu === 1500 ? [] : [`dhcp-option=${tag},option:mtu,${network.mtu}`];
      return [`dhcp-range=${set},${firstOf(cidr)},static,${netmaskOf(prefix)},12h`, ...options, ...mtu];
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** The jumphost's address in a network. */
function ownAddress({ jumphost }: LabPlan, cidr: string): string | undefined {
  return both(jumphost.address, jumphost.address6).find((address) => contains(parseBlock(cidr)!, parseIp(address)!));
}

function firstOf(cidr: string): string {
  return formatBlock(parseBlock(cidr)!).replace(/\/.*/, '');
}

function netmaskOf(prefix: number): string {
  return formatIp({ family: 4, value: (2n ** 32n - 2n ** BigInt(32 - prefix)) & 0xffffffffn });
}

function clusterConf(cluster: PlannedCluster): string {
  const domain = word(`${cluster.name}.${cluster.baseDomain}`);
  return lines([
    ...addressRecords(cluster).flatMap(({ names, addresses, wildcard }) => {
      const [name = ''] = names.map(word);
      // `local=` at the same name turns the AAAA answer from NXDOMAIN to NODATA.
      return wildcard
        ? [...addresses.map((address) => `address=/${name}/${word(address)}`), `local=/${name}/`]
        : [`host-record=${[name, ...addresses.map(word)].join(',')}`];
    }),
    `dhcp-option=tag:${word(cluster.name)},option:domain-name,${domain}`,
  ]);
}

/** Its nodes, and the bootstrap that its installer makes. */
function named({ nodes, bootstrap }: PlannedCluster): readonly Pick<PlannedNode, 'name' | 'addresses' | 'mac' | 'interfaces'>[] {
  return [...nodes, ...(bootstrap ? [{ name: 'bootstrap', ...bootstrap }] : [])];
}

function both(address: string, address6: string | undefined): readonly string[] {
  return [address, ...(address6 === undefined ? [] : [address6])].map(word);
}

function dhcpHosts(cluster: PlannedCluster): string {
  return lines(
    named(cluster).map((node) => {
      const addresses = node.addresses.map((address) => (address.includes(':') ? `[${word(address)}]` : word(address)));
      return [word(node.mac), `set:${word(cluster.name)}`, ...addresses, word(node.name), '12h'].join(',');
    }),
  );
}

/** An empty value passes `dnsmasq --test` and then means something else, so it is refused too. */
function word(value: string): string {
  if (/^[\w.:@-]+$/.test(value) && value !== '.' && value !== '..') return value;
  throw unusable(value);
}

function path(value: string): string {
  if (/^\/[\w./-]*$/.test(value)) return value;
  throw unusable(value);
}

function unusable(value: string): LabwrightError {
  return new LabwrightError('bad_input', `dnsmasq cannot hold ${JSON.stringify(value)}`, {
    hint: 'use letters, digits, dots and dashes',
  });
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
