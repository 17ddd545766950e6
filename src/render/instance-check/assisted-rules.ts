import { contains, overlap, parseBlock, parseIp } from '../../lab/ip.ts';
import type { ClusterInstanceSpec } from '../siteconfig/cluster-instance.ts';
import { countRole, isSingleNode, needsVips, type Finding, type Rule } from './finding.ts';

type Report = Pick<Finding, 'id' | 'message' | 'hint' | 'keys'> & { readonly severity?: Finding['severity'] };
const VIPS = [
  ['apiVIPs', 'api', 'API'],
  ['ingressVIPs', 'ingress', 'Ingress'],
] as const;
const NETWORKS = ['machineNetwork', 'clusterNetwork', 'serviceNetwork'] as const;

/** Validations of assisted-service that the spec alone decides, by its ids (reference/ztp.md §3.2 b; recorded/assisted). */
export const ASSISTED_RULES: readonly Rule[] = [
  masters,
  machineNetworkOfOne,
  vipsDefined,
  vipsValid,
  networksDefined,
  networksReadable,
  overlapping,
  families,
  networkType,
  baseDomain,
  hostnames,
].map(
  (rule: (spec: ClusterInstanceSpec) => readonly Report[]): Rule =>
    (spec) =>
      rule(spec).map((report) => ({ layer: 'assisted-service', severity: 'error', ...report })),
);

function masters(spec: ClusterInstanceSpec): readonly Report[] {
  if (spec.clusterType === 'HostedControlPlane') return [];
  const [count, workers] = [countRole(spec, 'master'), countRole(spec, 'worker')];
  const at = { id: 'sufficient-masters-count', keys: ['spec', 'nodes'] };
  if (isSingleNode(spec)) {
    if (workers === 0) return [];
    return [{ ...at, message: `a single node is installed without workers, and there are ${workers}`, hint: 'add workers once it is installed' }];
  }
  const least = countRole(spec, 'arbiter') > 0 ? 2 : 3;
  if (count >= least && count <= 5) return [];
  return [{ ...at, message: `a control plane has ${least} to 5 masters, and there are ${count}`, hint: 'correct the roles of the nodes, or clusterType' }];
}

function machineNetworkOfOne(spec: ClusterInstanceSpec): readonly Report[] {
  if (!isSingleNode(spec) || spec.machineNetwork.length > 0) return [];
  return [
    {
      id: 'machine-cidr-defined',
      message: 'a single node needs its machine network',
      hint: 'add machineNetwork: [{cidr: …}] with the network of the node',
      keys: ['spec'],
    },
  ];
}

function vipsDefined(spec: ClusterInstanceSpec): readonly Report[] {
  if (!needsVips(spec)) return [];
  return VIPS.filter(([key]) => spec[key].length === 0).map(([key, id, name]) => ({
    id: `${id}-vips-defined`,
    message: `${name} virtual IPs are not given`,
    hint: `add ${key}: [ADDRESS], a free address in the network of the nodes`,
    keys: ['spec'],
  }));
}

function vipsValid(spec: ClusterInstanceSpec): readonly Report[] {
  if (!needsVips(spec)) return [];
  const networks = spec.machineNetwork.flatMap(({ cidr }) => parseBlock(cidr) ?? []);
  return VIPS.flatMap(([key, id]) =>
    spec[key].flatMap((vip, index): readonly Report[] => {
      const report = (message: string, hint: string): Report => ({ id: `${id}-vips-valid`, message, hint, keys: ['spec', key, index] });
      const ip = parseIp(vip);
      if (ip === undefined) return [report(`${vip} is no address`, 'write an address without prefix: 192.0.2.10')];
      if (networks.length > 0 && !networks.some((network) => contains(network, ip))) {
        return [report(`${vip} is in none of the machine networks`, 'take a free address of the network of the nodes')];
      }
      if (key === 'ingressVIPs' && spec.apiVIPs.includes(vip)) return [report(`${vip} is the API VIP too`, 'give api and ingress an address each')];
      return [];
    }),
  );
}

function networksDefined(spec: ClusterInstanceSpec): readonly Report[] {
  return (['clusterNetwork', 'serviceNetwork'] as const)
    .filter((key) => spec[key].length === 0)
    .map((key) => ({
      id: key === 'clusterNetwork' ? 'cluster-cidr-defined' : 'service-cidr-defined',
      message: `${key} is not given`,
      hint: key === 'clusterNetwork' ? 'add clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}]' : 'add serviceNetwork: [{cidr: 172.30.0.0/16}]',
      keys: ['spec'],
    }));
}

function networksReadable(spec: ClusterInstanceSpec): readonly Report[] {
  return NETWORKS.flatMap((key) =>
    spec[key].flatMap((network, index): readonly Report[] => {
      const block = parseBlock(network.cidr);
      const { hostPrefix } = network as { readonly hostPrefix?: number };
      if (block === undefined)
        return [{ id: 'network-prefix-valid', message: `${network.cidr} is no network`, hint: 'write ADDRESS/PREFIX', keys: ['spec', key, index, 'cidr'] }];
      const bits = block.family === 4 ? 32 : 128;
      if (key !== 'clusterNetwork' || hostPrefix === undefined || (hostPrefix >= 1 && hostPrefix <= bits)) return [];
      return [
        {
          id: 'network-prefix-valid',
          message: `hostPrefix ${hostPrefix} is none of ${network.cidr}`,
          hint: 'write 23, or 64 for IPv6',
          keys: ['spec', key, index, 'hostPrefix'],
        },
      ];
    }),
  );
}

function overlapping(spec: ClusterInstanceSpec): readonly Report[] {
  const all = NETWORKS.flatMap((key) => spec[key].map(({ cidr }, index) => ({ key, index, cidr, block: parseBlock(cidr) })));
  return all.flatMap((one, place) => {
    const other = all
      .slice(0, place)
      .find(({ block }) => block !== undefined && one.block !== undefined && block.family === one.block.family && overlap(block, one.block));
    if (other === undefined) return [];
    return [
      {
        id: 'no-cidrs-overlapping',
        message: `${one.cidr} overlaps ${other.cidr} of ${other.key}`,
        hint: 'take networks that have no address in common',
        keys: ['spec', one.key, one.index, 'cidr'],
      },
    ];
  });
}

function families(spec: ClusterInstanceSpec): readonly Report[] {
  const of = (key: (typeof NETWORKS)[number]): string =>
    [...new Set(spec[key].flatMap(({ cidr }) => parseBlock(cidr)?.family ?? []))].toSorted((a, b) => a - b).join();
  const given = NETWORKS.filter((key) => spec[key].length > 0);
  const [first, ...rest] = given;
  const other = rest.find((key) => first !== undefined && of(key) !== of(first));
  if (first === undefined || other === undefined) return [];
  return [
    {
      id: 'networks-same-address-families',
      message: `${first} and ${other} are not of the same address families`,
      hint: 'give every network in IPv4, in IPv6, or in both',
      keys: ['spec', other],
    },
  ];
}

function networkType(spec: ClusterInstanceSpec): readonly Report[] {
  const v6 = NETWORKS.some((key) => spec[key].some(({ cidr }) => parseBlock(cidr)?.family === 6));
  if (spec.networkType !== 'OpenShiftSDN' || (!isSingleNode(spec) && !v6)) return [];
  return [
    {
      id: 'network-type-valid',
      message: `OpenShiftSDN does not work ${v6 ? 'with IPv6' : 'on a single node'}`,
      hint: 'write networkType: OVNKubernetes',
      keys: ['spec', 'networkType'],
    },
  ];
}

function baseDomain(spec: ClusterInstanceSpec): readonly Report[] {
  if (spec.baseDomain !== '') return [];
  return [
    {
      id: 'dns-domain-defined',
      message: 'the base domain is empty',
      hint: 'write the domain that the name of the cluster is put before',
      keys: ['spec', 'baseDomain'],
    },
  ];
}

function hostnames(spec: ClusterInstanceSpec): readonly Report[] {
  return spec.nodes.flatMap(({ hostName }, index): readonly Report[] => {
    const keys = ['spec', 'nodes', index, 'hostName'];
    if (hostName === 'localhost' || !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(hostName)) {
      return [{ id: 'hostname-valid', message: `${hostName} is no host name`, hint: 'use lower-case letters, digits and dashes, and not localhost', keys }];
    }
    const first = spec.nodes.findIndex((node) => node.hostName === hostName);
    if (first === index) return [];
    return [{ id: 'hostname-unique', message: `node ${first + 1} is called ${hostName} too`, hint: 'give each node a name of its own', keys }];
  });
}
