import { addressesOf } from './inventory.ts';
import { holds } from './networks.ts';
import type { Validation } from './records.ts';
import { hasRebooted } from './stages.ts';
import { isConnected, type HostView } from './views.ts';

type Outcome = readonly [status: Validation['status'], message: string];

export function validateHostNetwork(view: HostView): readonly Validation[] {
  const { host, cluster } = view;
  const { inventory, facts } = host;
  const single = cluster.spec.controlPlanes === 1;
  const umn = cluster.spec.userManagedNetworking;
  const domain = `${cluster.spec.name}.${cluster.spec.baseDomain}`;
  const alive = !hasRebooted(host.progress?.stage);
  const checks: [string, Outcome | undefined][] = [
    ['connected', alive ? (isConnected(host, view.nowMs) ? ok('Host is connected') : failure('Host is disconnected')) : undefined],
    ['media-connected', alive ? ok('Media device is connected') : undefined],
    ['machine-cidr-defined', machineCidrDefined(view)],
    ['belongs-to-machine-cidr', belongsToMachineCidr(view)],
    ['belongs-to-majority-group', belongsToMajority(view)],
    ['valid-platform-network-settings', inventory ? ok(`Platform ${inventory.system_vendor.product_name} is allowed`) : pending('Missing inventory')],
    ['mtu-valid', single && !host.day2 ? undefined : mtu(view)],
    ['ntp-synced', alive ? ntp(view) : undefined],
    ['time-synced-between-host-and-service', timeSynced(view, alive)],
    ['container-images-available', images(facts.failedImages)],
    ['sufficient-network-latency-requirement-for-role', reach(view, 'Network latency requirement has been satisfied.', 'Missing network latency information.')],
    ['sufficient-packet-loss-requirement-for-role', reach(view, 'Packet loss requirement has been satisfied.', 'Missing packet loss information.')],
    ['has-default-route', defaultRoute(view)],
    ...['api', 'api-int', '*.apps'].map((name): [string, Outcome] => [
      `${name.replace('*.', '')}-domain-name-resolved-correctly`,
      ok(`Domain name resolution for the ${name}.${domain} domain was successful or not required`),
    ]),
    ['dns-wildcard-not-configured', wildcard(view)],
    ['non-overlapping-subnets', inventory ? ok('Host subnets are not overlapping') : pending('Missing inventory')],
    ['no-ip-collisions-in-network', collisions(view)],
    // Shown only while it cannot be decided.
    [
      'no-iscsi-nic-belongs-to-machine-cidr',
      umn || host.day2 || (inventory && cluster.machineNetworks.length > 0) ? undefined : pending('Missing inventory or machine network CIDR'),
    ],
    ['ignition-downloadable', host.day2 ? ignition(facts.ignitionFetched) : undefined],
  ];
  return checks.flatMap(([id, outcome]) => (outcome ? [{ id, group: 'network', status: outcome[0], message: outcome[1] }] : []));
}

function machineCidrDefined({ host, cluster }: HostView): Outcome {
  if (cluster.spec.userManagedNetworking) return ok('No Machine Network CIDR needed: User Managed Networking');
  if (host.day2) return ok('No Machine Network CIDR needed: Day2 cluster');
  if (cluster.machineNetworks.length > 0) return ok('Machine Network CIDR is defined');
  return failure('Machine Network CIDR is undefined; the Machine Network CIDR can be defined by setting either the API or Ingress virtual IPs');
}

function belongsToMachineCidr({ host, cluster }: HostView): Outcome {
  if (cluster.spec.userManagedNetworking && cluster.spec.controlPlanes !== 1) return ok('No machine network CIDR validation needed: User Managed Networking');
  if (host.day2) return ok('No machine network CIDR validation needed: Day2 cluster');
  if (!host.inventory || cluster.machineNetworks.length === 0) return pending('Missing inventory or machine network CIDR');
  const addresses = addressesOf(host.inventory);
  if (cluster.machineNetworks.every((network) => addresses.some((address) => holds(network, address)))) return ok('Host belongs to all machine network CIDRs');
  return failure('Host does not belong to machine network CIDRs. Verify that the host belongs to every CIDR listed under machine networks');
}

function belongsToMajority({ host, cluster, hosts }: HostView): Outcome {
  if (host.day2) return ok('Day2 host is not required to be connected to other hosts in the cluster');
  if (cluster.spec.controlPlanes === 1) return ok('Host has connectivity to the majority of hosts in the cluster');
  if (cluster.majorityGroups === undefined) return pending('Machine Network CIDR or Connectivity Majority Groups missing');
  const networks = cluster.spec.userManagedNetworking ? ['IPv4'] : cluster.machineNetworks;
  if (networks.length === 0) return pending('Not enough information to calculate host majority groups');
  if (networks.every((network) => cluster.majorityGroups?.get(network)?.includes(host.id)))
    return ok('Host has connectivity to the majority of hosts in the cluster');
  if (hosts.length < 3) return pending('Not enough hosts in cluster to calculate connectivity groups');
  return failure('No connectivity to the majority of hosts in the cluster');
}

function mtu({ host }: HostView): Outcome {
  if (host.day2) return ok('Day2 host is not required to be connected to other hosts in the cluster');
  if (!host.inventory) return pending('Missing host inventory');
  return host.facts.reaches ? ok('MTU is ok') : pending('Missing MTU report information');
}

function ntp({ host }: HostView): Outcome {
  return host.facts.ntpSources?.some(({ synced }) => synced) ? ok('Host NTP is synced') : failure("Host couldn't synchronize with any NTP server");
}

/** What the service tolerates. */
const MAX_CLOCK_OFFSET_MS = 4 * 60_000;

function timeSynced({ host }: HostView, alive: boolean): Outcome | undefined {
  if (!alive) return undefined;
  if (Math.abs(host.facts.clockOffsetMs ?? 0) > MAX_CLOCK_OFFSET_MS) {
    return failure('Host clock is not synchronized with service. Please configure an NTP server via DHCP.');
  }
  return host.inventory
    ? ok('Host clock is synchronized with service')
    : pending("Missing host time, can't determine synchronization between host and service");
}

function images(failed: readonly string[] | undefined): Outcome {
  if (failed === undefined || failed.length === 0)
    return ok('All required container images were either pulled successfully or no attempt was made to pull them');
  const why = `This may be due to a network hiccup. Retry to install again. If this problem persists, check your network settings to make sure you’re not blocked.`;
  return failure(`Failed to fetch container images needed for installation from ${failed.join(',')}. ${why}`);
}

/** Only hosts of several control planes measure each other. */
function reach({ host, cluster }: HostView, good: string, missing: string): Outcome {
  if (!host.inventory) return cluster.spec.controlPlanes === 1 ? pending('The inventory is not available yet.') : pending(missing);
  if (cluster.spec.controlPlanes === 1 || host.day2 || host.facts.reaches) return ok(good);
  return pending(missing);
}

function defaultRoute({ host }: HostView): Outcome {
  if (!host.inventory) return pending('Missing default routing information.');
  return host.inventory.routes.length > 0
    ? ok('Host has been configured with at least one default route.')
    : failure('Host has not yet been configured with a default route.');
}

function wildcard({ host }: HostView): Outcome {
  if (host.day2) return ok('DNS wildcard check is not required for day2');
  if (host.facts.dnsResolved) return ok('DNS wildcard check was successful');
  return pending('DNS wildcard check cannot be performed yet because the host has not yet performed DNS resolution');
}

function collisions({ host }: HostView): Outcome {
  if (host.day2) return ok(`Skipping validation for day 2 host ${host.id}`);
  if (!host.inventory) return ok('Host inventory has not yet been defined, skipping validation.');
  return ok(`No IP collisions were detected by host ${host.id}`);
}

function ignition(fetched: boolean | undefined): Outcome {
  if (fetched === undefined) return pending('Ignition is not yet available, pending API connectivity');
  return fetched
    ? ok('Ignition is downloadable')
    : failure('This host has failed to download the ignition file from the cluster, please ensure the host can reach the cluster');
}

function ok(message: string): Outcome {
  return ['success', message];
}

function failure(message: string): Outcome {
  return ['failure', message];
}

function pending(message: string): Outcome {
  return ['pending', message];
}
