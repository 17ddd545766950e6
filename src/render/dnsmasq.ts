import { Address4 } from 'ip-address';
import type { LabPlan, PlannedCluster, PlannedNetwork } from '../lab/plan.ts';
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
    add(`${options.confDir}/10-seg-${word(network.name)}.conf`, segmentConf(plan, network));
  }
  for (const cluster of plan.clusters.filter((candidate) => candidate.active)) {
    add(`${options.confDir}/20-cluster-${word(cluster.name)}.conf`, clusterConf(cluster));
    add(`${options.stateDir}/dhcp-hosts.d/${word(cluster.name)}`, dhcpHosts(cluster));
  }
  return files;
}

function mainConf(plan: LabPlan, options: DnsmasqOptions): string {
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
  ]);
}

/** A `static` range answers known MACs only, so a stranger never takes a planned address. */
function segmentConf(plan: LabPlan, network: PlannedNetwork): string {
  const cidr = new Address4(network.cidr);
  const mask = Address4.fromInteger(Number((2n ** 32n - 2n ** BigInt(32 - cidr.subnetMask)) & 0xffffffffn));
  const tag = `tag:${word(network.name)}`;
  const gateway = word(plan.jumphost.address);
  return lines([
    `dhcp-range=set:${word(network.name)},${cidr.startAddress().correctForm()},static,${mask.correctForm()},12h`,
    `dhcp-option=${tag},option:router,${gateway}`,
    `dhcp-option=${tag},option:dns-server,${gateway}`,
    `dhcp-option=${tag},option:ntp-server,${gateway}`,
    ...(network.mtu === 1500 ? [] : [`dhcp-option=${tag},option:mtu,${network.mtu}`]),
  ]);
}

/** Nodes come before api: the first host-record of an address owns its PTR, which becomes the node's name. */
function clusterConf(cluster: PlannedCluster): string {
  const domain = word(`${cluster.name}.${cluster.baseDomain}`);
  const { api, ingress } = entryPoints(cluster);
  return lines([
    ...cluster.nodes.map((node) => `host-record=${[`${node.name}.${domain}`, ...node.addresses].map(word).join(',')}`),
    `host-record=api.${domain},${word(api)}`,
    `host-record=api-int.${domain},${word(api)}`,
    // `local=` at the same name turns the AAAA answer from NXDOMAIN to NODATA.
    `address=/apps.${domain}/${word(ingress)}`,
    `local=/apps.${domain}/`,
    `dhcp-option=tag:${word(cluster.name)},option:domain-name,${domain}`,
  ]);
}

/** A single-node cluster has no VIP daemons: everything is the node itself. */
function entryPoints(cluster: PlannedCluster): { readonly api: string; readonly ingress: string } {
  const node = cluster.nodes.find((candidate) => candidate.role === 'master')?.addresses[0];
  return cluster.topology === 'sno' && node !== undefined ? { api: node, ingress: node } : cluster.vips;
}

function dhcpHosts(cluster: PlannedCluster): string {
  return lines(
    cluster.nodes.map((node) => {
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
