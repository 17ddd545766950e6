import * as z from 'zod';
import { parseIp, type Family } from '../../lab/ip.ts';
import type { ClusterInstanceSpec, NodeSpec } from '../siteconfig/cluster-instance.ts';
import { isSingleNode, needsVips, type Finding, type Rule } from './finding.ts';

type Report = Omit<Finding, 'layer'>;

/** What the product documents, or what goes wrong although nobody refuses it (reference/ztp.md §3.2 c, §2.10a.14). */
export const DOCUMENTED_RULES: readonly Rule[] = [vipsOfOne, vipPairs, machineNetworkOfMany, takenVips, twins].map(
  (rule: (spec: ClusterInstanceSpec) => readonly Report[]): Rule =>
    (spec) =>
      rule(spec).map((report) => ({ layer: 'documentation', ...report })),
);

function vipsOfOne(spec: ClusterInstanceSpec): readonly Report[] {
  if (!isSingleNode(spec)) return [];
  return (['apiVIPs', 'ingressVIPs'] as const)
    .filter((key) => spec[key].length > 0)
    .map((key) => ({
      id: 'single-node-vips',
      severity: 'error',
      message: `a single node has no VIPs: they are its own address`,
      hint: `take ${key} away`,
      keys: ['spec', key],
    }));
}

function vipPairs(spec: ClusterInstanceSpec): readonly Report[] {
  if (!needsVips(spec) || spec.apiVIPs.length === 0 || spec.ingressVIPs.length === 0) return [];
  const families = (vips: readonly string[]): string => vips.map((vip): Family | '?' => parseIp(vip)?.family ?? '?').join();
  if (families(spec.apiVIPs) === families(spec.ingressVIPs)) return [];
  return [
    {
      id: 'vip-families',
      severity: 'error',
      message: 'apiVIPs and ingressVIPs are not of the same families in the same order',
      hint: 'give one of each family to both, the first family first',
      keys: ['spec', 'ingressVIPs'],
    },
  ];
}

function machineNetworkOfMany(spec: ClusterInstanceSpec): readonly Report[] {
  if (!needsVips(spec) || spec.machineNetwork.length === 0) return [];
  return [
    {
      id: 'machine-network-of-many',
      severity: 'warning',
      message: 'the machine network of several nodes follows from their VIPs; a given one must equal it',
      hint: 'take machineNetwork away, or see that it is exactly the network of the nodes',
      keys: ['spec', 'machineNetwork'],
    },
  ];
}

/** A VIP that is a node's own address answers until the node is there, and then not any more. */
function takenVips(spec: ClusterInstanceSpec): readonly Report[] {
  if (!needsVips(spec)) return [];
  const owners = new Map(spec.nodes.flatMap((node) => addressesOf(node).map((address) => [address, node.hostName] as const)));
  return (['apiVIPs', 'ingressVIPs'] as const).flatMap((key) =>
    spec[key].flatMap((vip, index): readonly Report[] => {
      const owner = owners.get(vip);
      if (owner === undefined) return [];
      return [{ id: 'vip-taken', severity: 'error', message: `${vip} is the address of ${owner}`, hint: 'take a free address', keys: ['spec', key, index] }];
    }),
  );
}

/** The same BMC on two hosts is noticed by nobody; the same MAC by the provisioning service, minutes later. */
function twins(spec: ClusterInstanceSpec): readonly Report[] {
  const identities = {
    bmcAddress: (node: NodeSpec) => [node.bmcAddress],
    bootMACAddress: (node: NodeSpec) => [node.bootMACAddress.toLowerCase()],
    nodeNetwork: addressesOf,
  } as const;
  return (Object.keys(identities) as (keyof typeof identities)[]).flatMap((key) => {
    const first = new Map<string, string>();
    return spec.nodes.flatMap((node, index) =>
      identities[key](node).flatMap((value): readonly Report[] => {
        const owner = first.get(value);
        if (owner === undefined) first.set(value, node.hostName);
        if (owner === undefined) return [];
        const message = `${value} is that of ${owner} too`;
        return [{ id: 'shared-identity', severity: 'error', message, hint: 'give each node its own', keys: ['spec', 'nodes', index, key] }];
      }),
    );
  });
}

const Static = z.looseObject({
  interfaces: z
    .array(
      z.looseObject({
        ipv4: z.looseObject({ address: z.array(z.looseObject({ ip: z.string() })).default([]) }).optional(),
        ipv6: z.looseObject({ address: z.array(z.looseObject({ ip: z.string() })).default([]) }).optional(),
      }),
    )
    .default([]),
});

/** Of its nmstate configuration, as far as that can be read. */
function addressesOf({ nodeNetwork }: NodeSpec): readonly string[] {
  const config = Static.safeParse(nodeNetwork?.config);
  return (config.data?.interfaces ?? []).flatMap(({ ipv4, ipv6 }) => [...(ipv4?.address ?? []), ...(ipv6?.address ?? [])].map(({ ip }) => ip));
}
