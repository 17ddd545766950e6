import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { renderClusterInstance } from './cluster-instance.ts';
import { examplePlan } from './example-plan.test-data.ts';

const options = { clusterImageSet: 'img', sshPublicKey: 'ssh-ed25519 A', step: 'job/create' };
const spec = (plan: LabPlan, cluster: string): Record<string, unknown> => renderClusterInstance(plan, { ...options, cluster }).spec as Record<string, unknown>;

function changed(change: Partial<PlannedCluster>): LabPlan {
  return { ...examplePlan, clusters: examplePlan.clusters.map((cluster) => (cluster.name === 'c1' ? { ...cluster, ...change } : cluster)) };
}

test('a single node has its machine network and no VIPs', () => {
  const sno = spec(examplePlan, 'sno');
  assert.equal(sno['clusterType'], 'SNO');
  assert.deepEqual(sno['machineNetwork'], [{ cidr: '192.168.21.22/32' }]);
  assert.equal('apiVIPs' in sno || 'ingressVIPs' in sno, false);
});

test('several nodes have VIPs and no machine network', () => {
  const compact = spec(examplePlan, 'c1');
  assert.equal(compact['clusterType'], 'HighlyAvailable');
  assert.deepEqual([compact['apiVIPs'], compact['ingressVIPs']], [['192.168.21.18'], ['192.168.21.19']]);
  assert.equal('machineNetwork' in compact, false);
});

test('it is held, and its hosts carry the step that asked', () => {
  const { holdInstallation, extraAnnotations } = spec(examplePlan, 'c1');
  assert.equal(holdInstallation, true);
  assert.deepEqual(extraAnnotations, { BareMetalHost: { 'labwright.dev/step': 'job/create' } });
});

test('each node finds its BMC by virtual media and its disk by serial', () => {
  const [, second] = spec(examplePlan, 'c1')['nodes'] as readonly object[];
  assert.deepEqual(second, {
    hostName: 'master-1',
    role: 'master',
    bmcAddress: 'redfish-virtualmedia+https://bmc.our.pretty.lab:8443/redfish/v1/Systems/1',
    bmcCredentialsName: { name: 'master-1-bmc' },
    bootMACAddress: '52:54:00:00:01:01',
    bootMode: 'UEFI',
    automatedCleaningMode: 'disabled',
    rootDeviceHints: { serialNumber: 'c1m1-d0' },
    templateRefs: [{ name: 'ai-node-templates-v1', namespace: 'open-cluster-management' }],
  });
});

test('what assisted-service would refuse minutes later is refused here', () => {
  const nodes = examplePlan.clusters[0]!.nodes;
  const wrong: readonly [Partial<PlannedCluster>, RegExp][] = [
    [{ nodes: nodes.slice(0, 2) }, /has 2 masters/],
    [{ nodes: [nodes[0]!, { ...nodes[1]!, role: 'worker' }] }, /one master and 1 more/],
    [{ vips: { api: '192.168.21.18', ingress: '192.168.21.18' } }, /as both VIPs/],
    [{ vips: { api: '192.168.21.20', ingress: '192.168.21.19' } }, /address of master-0/],
    [{ vips: { api: '192.168.22.18', ingress: '192.168.21.19' } }, /outside 192\.168\.21\.0\/24/],
  ];
  for (const [change, message] of wrong) assert.throws(() => spec(changed(change), 'c1'), { code: 'bad_input', message });
});

test('with two families there are VIPs and networks of both, as the service computes only one', () => {
  const plan = changed({
    machineNetwork6: 'fd2e:21::/64',
    vips6: { api: 'fd2e:21::5', ingress: 'fd2e:21::6' },
  });
  const dual = spec(plan, 'c1');
  assert.deepEqual(dual['apiVIPs'], ['192.168.21.18', 'fd2e:21::5']);
  assert.deepEqual(dual['machineNetwork'], [{ cidr: '192.168.21.0/24' }, { cidr: 'fd2e:21::/64' }]);
  assert.deepEqual(dual['serviceNetwork'], [{ cidr: '172.30.0.0/16' }, { cidr: 'fd02::/112' }]);
  assert.throws(() => spec(changed({ machineNetwork6: 'fd2e:21::/64', vips6: { api: 'fd2e:22::5', ingress: 'fd2e:21::6' } }), 'c1'), /outside fd2e:21/);
});
