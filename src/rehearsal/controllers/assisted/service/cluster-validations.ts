import { calculatedNetworks } from './machine-network.ts';
import { familyOf, overlap } from './networks.ts';
import { OPERATORS } from './operators.ts';
import { roleOf, type ClusterRecord, type HostState, type Validation } from './records.ts';
import type { ClusterView } from './views.ts';
import { vipProblem } from './vips.ts';

type Outcome = readonly [status: Validation['status'], message: string];

const NOT_DISCOVERED: Outcome = ['pending', 'Hosts have not been discovered yet'];
const READY: readonly HostState[] = ['known', 'preparing-for-installation', 'preparing-successful', 'installing', 'installing-in-progress', 'installed'];

/** All checks of a cluster before its installation, by the ids and with the words of assisted-service (recorded/assisted). */
export function validateCluster(view: ClusterView): readonly Validation[] {
  const { cluster, hosts } = view;
  const { spec } = cluster;
  const configuration: readonly [string, Outcome][] = [
    ['platform-requirements-satisfied', ok('Platform requirements satisfied')],
    ['pull-secret-set', ok('The pull secret is set.')],
  ];
  const hostsData: readonly [string, Outcome][] = [
    [
      'all-hosts-are-ready-to-install',
      hosts.every(({ state }) => READY.includes(state))
        ? ok('All hosts in the cluster are ready to install.')
        : failure('The cluster has hosts that are not ready to install.'),
    ],
    ['sufficient-masters-count', sufficientMasters(view)],
  ];
  const network: readonly [string, Outcome][] = [
    ['api-vips-defined', vipsDefined(cluster, 'API', spec.apiVips)],
    ['api-vips-valid', vipsValid(view, 'API', spec.apiVips)],
    ['cluster-cidr-defined', defined('Cluster Network', spec.clusterNetworks.length)],
    ['custom-manifests-requirements-satisfied', ok('No custom manifests are required')],
    ['dns-domain-defined', spec.baseDomain === '' ? failure('The base domain is undefined and must be provided.') : ok('The base domain is defined.')],
    ['ingress-vips-defined', vipsDefined(cluster, 'Ingress', spec.ingressVips)],
    ['ingress-vips-valid', vipsValid(view, 'Ingress', spec.ingressVips)],
    ['machine-cidr-defined', machineCidrDefined(view)],
    ['machine-cidr-equals-to-calculated-cidr', machineCidrEquals(view)],
    ['network-prefix-valid', networkPrefix(cluster)],
    ['network-type-valid', networkType(cluster)],
    ['networks-same-address-families', sameFamilies(cluster)],
    ['no-cidrs-overlapping', overlapping(cluster)],
    ['ntp-server-configured', ok('No ntp problems found')],
    ['service-cidr-defined', defined('Service Network', spec.serviceNetworks.length)],
  ];
  const operators = OPERATORS.map((name): [string, Outcome] => [
    `${name}-requirements-satisfied`,
    ok(`${name === 'numa-resources' ? 'numaresources' : name} is disabled`),
  ]);
  return [...grouped('configuration', configuration), ...grouped('hosts-data', hostsData), ...grouped('network', network), ...grouped('operators', operators)];
}

function sufficientMasters({ cluster, hosts }: ClusterView): Outcome {
  const masters = hosts.filter((host) => roleOf(host) === 'master').length;
  const workers = hosts.length - masters;
  const expected = cluster.spec.controlPlanes;
  if (masters === expected && (expected !== 1 || workers === 0)) return ok('The cluster has the exact amount of dedicated control plane nodes.');
  if (expected === 1) return failure('Single-node clusters must have a single control plane node and no workers.');
  return failure(
    `The cluster must have exactly ${expected} dedicated control plane nodes. Add or remove hosts, or change their roles configurations to meet the requirement.`,
  );
}

function vipsDefined({ spec }: ClusterRecord, name: 'API' | 'Ingress', vips: readonly string[]): Outcome {
  if (spec.userManagedNetworking) return ok(`${name} virtual IPs are not required: User Managed Networking`);
  return vips.length > 0 ? ok(`${name} virtual IPs are defined.`) : failure(`${name} virtual IPs are undefined and must be provided.`);
}

function vipsValid(view: ClusterView, name: 'API' | 'Ingress', vips: readonly string[]): Outcome {
  const { spec, machineNetworks } = view.cluster;
  const kind = `${name.toLowerCase()} vips`;
  if (spec.userManagedNetworking) return ok(`${name} virtual IPs are not required: User Managed Networking`);
  if (vips.length === 0) return ['pending', `${name} virtual IPs are undefined.`];
  if (machineNetworks.length === 0) return NOT_DISCOVERED;
  const problem = vips.map((vip) => vipProblem(view, kind, vip)).find((found) => found !== undefined);
  return problem === undefined ? ok(`${kind} ${vips.join(', ')} belongs to the Machine CIDR and is not in use.`) : failure(problem);
}

function machineCidrDefined({ cluster, hosts }: ClusterView): Outcome {
  if (cluster.machineNetworks.length > 0) return ok('The Machine Network CIDR is defined.');
  if (cluster.spec.controlPlanes === 1)
    return failure('The Machine Network CIDR is undefined; Setting Machine Network CIDR is required for single node cluster');
  if (hosts.length === 0) return NOT_DISCOVERED;
  return failure('The Machine Network CIDR is undefined; the Machine Network CIDR can be defined by setting either the API or Ingress virtual IPs.');
}

function machineCidrEquals({ cluster, hosts }: ClusterView): Outcome {
  const { spec } = cluster;
  if (spec.userManagedNetworking) return ok('The Cluster Machine CIDR is not required: User Managed Networking');
  if (spec.apiVips.length === 0 || spec.ingressVips.length === 0)
    return ['pending', 'The Machine Network CIDR, API virtual IPs, or Ingress virtual IPs are undefined.'];
  if (hosts.length === 0) return NOT_DISCOVERED;
  const calculated = calculatedNetworks([...spec.apiVips, ...spec.ingressVips], hosts);
  if (typeof calculated === 'string') return failure(calculated);
  const different = cluster.machineNetworks.filter((network) => !calculated.includes(network));
  if (different.length === 0) return ok('The Cluster Machine CIDR is equivalent to the calculated CIDR.');
  return failure(`The Cluster Machine CIDR ${different.join(', ')} is different than the calculated CIDR ${calculated.join(', ')}.`);
}

function networkPrefix({ spec }: ClusterRecord): Outcome {
  const bad = spec.clusterNetworks.find(({ cidr, hostPrefix }) => hostPrefix < 1 || hostPrefix > (familyOf(cidr) === 'IPv6' ? 128 : 32));
  return bad
    ? failure(`Invalid Cluster Network prefix: Host prefix, now ${bad.hostPrefix}, must be a positive integer.`)
    : ok('The Cluster Network prefix is valid.');
}

function networkType({ spec, machineNetworks }: ClusterRecord): Outcome {
  if (spec.networkType === 'OpenShiftSDN' && spec.controlPlanes === 1) {
    return failure("High-availability mode 'None' (SNO) is not supported by OpenShiftSDN; use another network type instead");
  }
  const v6 = [...machineNetworks, ...spec.clusterNetworks.map(({ cidr }) => cidr), ...spec.serviceNetworks].some((cidr) => familyOf(cidr) === 'IPv6');
  if (spec.networkType === 'OpenShiftSDN' && v6) return failure('IPv6 is not supported by OpenShiftSDN network type; use another network type instead');
  return ok('The cluster has a valid network type');
}

function sameFamilies({ spec, machineNetworks }: ClusterRecord): Outcome {
  const all = [machineNetworks, spec.clusterNetworks.map(({ cidr }) => cidr), spec.serviceNetworks];
  if (all.some((networks) => networks.length === 0))
    return ['pending', 'At least one of the CIDRs (Machine Network, Cluster Network, Service Network) is undefined.'];
  const families = all.map((networks) => [...new Set(networks.map(familyOf))].toSorted().join());
  if (new Set(families).size === 1) return ok('Same address families for all networks.');
  return failure('Address families of networks (MachineNetworks, ServiceNetworks, ClusterNetworks) are not the same.');
}

function overlapping({ spec, machineNetworks }: ClusterRecord): Outcome {
  const others = [...spec.clusterNetworks.map(({ cidr }) => cidr), ...spec.serviceNetworks];
  if (machineNetworks.length === 0 || spec.clusterNetworks.length === 0 || spec.serviceNetworks.length === 0) {
    return ['pending', `At least one of the CIDRs (${spec.userManagedNetworking ? '' : 'Machine Network, '}Cluster Network, Service Network) is undefined.`];
  }
  const all = [...machineNetworks, ...others];
  for (const [index, a] of all.entries()) {
    const b = all.slice(index + 1).find((other) => overlap(a, other));
    if (b !== undefined) return failure(`CIDRS Overlapping: CIDRs ${a} and ${b} overlap.`);
  }
  return ok('No CIDRS are overlapping.');
}

function defined(name: string, count: number): Outcome {
  return count > 0 ? ok(`The ${name} CIDR is defined.`) : failure(`The ${name} CIDR is undefined.`);
}

function grouped(group: string, checks: readonly [string, Outcome][]): readonly Validation[] {
  return checks.map(([id, [status, message]]) => ({ id, group, status, message }));
}

function ok(message: string): Outcome {
  return ['success', message];
}

function failure(message: string): Outcome {
  return ['failure', message];
}
