import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../kube/objects.ts';
import { clusterInstanceSpec } from '../siteconfig/cluster-instance.ts';
import { checkInstance } from './check-instance.ts';

interface Node {
  readonly [key: string]: unknown;
}

function node(index: number, more: Node = {}): Node {
  const ip = `192.0.2.${10 + index}`;
  return {
    hostName: `node-${index}`,
    role: 'master',
    bmcAddress: `redfish+https://192.0.2.${100 + index}/redfish/v1/Systems/1`,
    bmcCredentialsName: { name: `node-${index}-bmc` },
    bootMACAddress: `52:54:00:00:00:0${index}`,
    nodeNetwork: { config: { interfaces: [{ name: 'eno1', ipv4: { enabled: true, address: [{ ip, 'prefix-length': 24 }] } }] } },
    ...more,
  };
}

const COMMON = {
  clusterName: 'c',
  baseDomain: 'lab.example',
  clusterImageSetNameRef: 'img',
  pullSecretRef: { name: 'pull-secret' },
  clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
  serviceNetwork: [{ cidr: '172.30.0.0/16' }],
};
const SINGLE = { ...COMMON, clusterType: 'SNO', machineNetwork: [{ cidr: '192.0.2.0/24' }], nodes: [node(0)] };
const COMPACT = { ...COMMON, clusterType: 'HighlyAvailable', apiVIPs: ['192.0.2.5'], ingressVIPs: ['192.0.2.6'], nodes: [node(0), node(1), node(2)] };

function findings(spec: object): string[] {
  const object: KubeObject = { apiVersion: 'v1', kind: 'ClusterInstance', metadata: { name: 'c' }, spec };
  return checkInstance(clusterInstanceSpec(object)).map(({ id, keys }) => `${id} ${keys.join('.')}`);
}

const worker = { role: 'worker' };
const cases: readonly (readonly [title: string, spec: object, ...expected: string[]])[] = [
  ['a single node', SINGLE],
  ['three nodes', COMPACT],
  ['three and two', { ...COMPACT, nodes: [...COMPACT.nodes, node(3, worker), node(4, worker)] }],
  ['two masters and an arbiter', { ...COMPACT, clusterType: 'HighlyAvailableArbiter', nodes: [node(0), node(1), node(2, { role: 'arbiter' })] }],
  ['no platform needs no VIPs', { ...COMPACT, platformType: 'None', apiVIPs: [], ingressVIPs: [] }],
  ['a single node without its network', { ...SINGLE, machineNetwork: [] }, 'machine-cidr-defined spec'],
  ['a single node with a worker', { ...SINGLE, nodes: [node(0), node(1, worker)] }, 'sufficient-masters-count spec.nodes'],
  ['a single node with VIPs', { ...SINGLE, apiVIPs: ['192.0.2.5'] }, 'single-node-vips spec.apiVIPs'],
  ['two masters', { ...COMPACT, nodes: [node(0), node(1)] }, 'sufficient-masters-count spec.nodes'],
  ['several nodes without VIPs', { ...COMPACT, apiVIPs: [], ingressVIPs: [] }, 'api-vips-defined spec', 'ingress-vips-defined spec'],
  ['a VIP that is no address', { ...COMPACT, apiVIPs: ['192.0.2'] }, 'api-vips-valid spec.apiVIPs.0', 'vip-families spec.ingressVIPs'],
  ['one VIP for both', { ...COMPACT, ingressVIPs: ['192.0.2.5'] }, 'ingress-vips-valid spec.ingressVIPs.0'],
  [
    'a VIP outside the machine network',
    { ...COMPACT, machineNetwork: [{ cidr: '198.51.100.0/24' }] },
    'api-vips-valid spec.apiVIPs.0',
    'ingress-vips-valid spec.ingressVIPs.0',
    'machine-network-of-many spec.machineNetwork',
  ],
  ['a VIP that is a node’s address', { ...COMPACT, apiVIPs: ['192.0.2.11'] }, 'vip-taken spec.apiVIPs.0'],
  ['no networks', { ...SINGLE, clusterNetwork: [], serviceNetwork: [] }, 'cluster-cidr-defined spec', 'service-cidr-defined spec'],
  ['networks that overlap', { ...SINGLE, serviceNetwork: [{ cidr: '10.128.4.0/24' }] }, 'no-cidrs-overlapping spec.serviceNetwork.0.cidr'],
  ['networks of other families', { ...SINGLE, serviceNetwork: [{ cidr: 'fd02::/112' }] }, 'networks-same-address-families spec.serviceNetwork'],
  [
    'a host prefix that is none',
    { ...SINGLE, clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 33 }] },
    'network-prefix-valid spec.clusterNetwork.0.hostPrefix',
  ],
  ['OpenShiftSDN on one node', { ...SINGLE, networkType: 'OpenShiftSDN' }, 'network-type-valid spec.networkType'],
  ['no base domain', { ...SINGLE, baseDomain: '' }, 'dns-domain-defined spec.baseDomain'],
  ['a name that is none', { ...SINGLE, nodes: [node(0, { hostName: 'localhost' })] }, 'hostname-valid spec.nodes.0.hostName'],
  [
    'two nodes of one name, BMC, MAC and address',
    { ...COMPACT, nodes: [node(0), node(1), node(0)] },
    'hostname-unique spec.nodes.2.hostName',
    'shared-identity spec.nodes.2.bmcAddress',
    'shared-identity spec.nodes.2.bootMACAddress',
    'shared-identity spec.nodes.2.nodeNetwork',
  ],
];

for (const [title, spec, ...expected] of cases) {
  test(`${title}: ${expected.length === 0 ? 'nothing to say' : expected.map((one) => one.split(' ')[0]).join(', ')}`, () => {
    assert.deepEqual(findings(spec), expected);
  });
}
