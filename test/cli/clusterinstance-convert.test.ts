import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';
import { labFolder, labwright, type Ended } from './labwright.ts';

interface Answer {
  readonly objects: readonly KubeObject[];
  readonly notes: readonly { readonly id: string; readonly message: string; readonly at: { readonly line: number } }[];
}

const node = (name: string, role?: string): object => ({
  hostName: `${name}.example.lab`,
  ...(role && { role }),
  bmcAddress: `redfish-virtualmedia+https://192.0.2.9/redfish/v1/Systems/${name}`,
  bmcCredentialsName: { name: `${name}-bmc` },
  bootMACAddress: '52:54:00:00:00:01',
  ironicInspect: 'enabled',
  crAnnotations: { add: { BareMetalHost: { 'lab.example/rack': name } } },
});

const siteConfig = (cluster: object, spec: object = {}): object => ({
  apiVersion: 'ran.openshift.io/v1',
  kind: 'SiteConfig',
  metadata: { name: 'site', namespace: 'site' },
  spec: {
    baseDomain: 'example.lab',
    pullSecretRef: { name: 'pull' },
    clusterImageSetNameRef: 'img4.18.0',
    ...spec,
    clusters: [
      { clusterName: 'sno1', serviceNetwork: ['172.30.0.0/16'], clusterLabels: { common: true, 'group-du-sno': '' }, nodes: [node('n1')], ...cluster },
    ],
  },
});

function convert(t: TestContext, site: unknown, ...options: readonly string[]): Ended & { readonly answer: Answer } {
  const { path } = labFolder(t, { 'siteconfig.yml': typeof site === 'string' ? site : stringify(site) });
  const ended = labwright('clusterinstance', 'convert', join(path, 'siteconfig.yml'), '--json', ...options);
  return { ...ended, answer: ended.stdout === '' ? { objects: [], notes: [] } : (JSON.parse(ended.stdout) as Answer) };
}

test('a SiteConfig of one node becomes a Namespace and an SNO ClusterInstance', (t) => {
  const { status, answer } = convert(t, siteConfig({}));
  const [namespace, instance] = answer.objects;
  assert.equal(status, 0);
  assert.deepEqual(namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sno1' } });
  const { nodes, ...spec } = instance!['spec'] as { readonly nodes: readonly Record<string, unknown>[] };
  assert.deepEqual(spec, {
    clusterName: 'sno1',
    baseDomain: 'example.lab',
    clusterType: 'SNO',
    clusterImageSetNameRef: 'img4.18.0',
    pullSecretRef: { name: 'pull' },
    serviceNetwork: [{ cidr: '172.30.0.0/16' }],
    extraLabels: { ManagedCluster: { common: 'true', 'group-du-sno': '' } },
    templateRefs: [{ name: 'ai-cluster-templates-v1', namespace: 'open-cluster-management' }],
  });
  assert.deepEqual(nodes[0]!['extraAnnotations'], { BareMetalHost: { 'lab.example/rack': 'n1' } });
  assert.equal('ironicInspect' in nodes[0]!, false);
});

test('three masters make a highly available cluster, and singular VIPs become lists, which is said', (t) => {
  const nodes = [node('m0'), node('m1', 'master'), node('m2'), node('w0', 'worker')];
  const { answer } = convert(t, siteConfig({ nodes, apiVIP: '192.0.2.20', ingressVIP: '192.0.2.21' }));
  const spec = answer.objects[1]!['spec'] as Record<string, unknown>;
  assert.deepEqual([spec['clusterType'], spec['apiVIPs'], spec['ingressVIPs']], ['HighlyAvailable', ['192.0.2.20'], ['192.0.2.21']]);
  assert.deepEqual(
    answer.notes.filter(({ id }) => id === 'field-renamed').map(({ message }) => message),
    ['apiVIP becomes apiVIPs', 'ingressVIP becomes ingressVIPs'],
  );
});

test('annotations of a kind come from the cluster before the site', (t) => {
  const add = (value: string): object => ({ add: { ManagedCluster: { from: value }, [value]: { from: value } } });
  const { answer } = convert(t, siteConfig({ crAnnotations: add('cluster') }, { crAnnotations: add('site') }));
  assert.deepEqual((answer.objects[1]!['spec'] as Record<string, unknown>)['extraAnnotations'], {
    ManagedCluster: { from: 'cluster' },
    site: { from: 'site' },
    cluster: { from: 'cluster' },
  });
});

test('each field that is lost is named with its line', (t) => {
  const site = siteConfig({ extraManifestPath: 'extra/', mergeDefaultMachineConfigs: true }, { biosConfigRef: { filePath: 'bios.profile' } });
  const lines = stringify(site).split('\n');
  const { answer } = convert(t, site);
  for (const field of ['extraManifestPath', 'mergeDefaultMachineConfigs', 'biosConfigRef']) {
    const note = answer.notes.find(({ message }) => message.startsWith(field));
    assert.ok(lines[note!.at.line - 1]!.includes(field), field);
  }
});

test('the ConfigMaps of extra manifests are named, and their path is not lost then', (t) => {
  const { answer } = convert(t, siteConfig({ extraManifestPath: 'extra/' }), '--manifests', 'sno1-extra');
  assert.deepEqual((answer.objects[1]!['spec'] as Record<string, unknown>)['extraManifestsRefs'], [{ name: 'sno1-extra' }]);
  assert.ok(!answer.notes.some(({ message }) => message.startsWith('extraManifestPath')));
});

test('what was converted is what the operator takes', (t) => {
  const { answer } = convert(t, siteConfig({}));
  const secret = (name: string): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'sno1' } });
  const imageSet = {
    apiVersion: 'hive.openshift.io/v1',
    kind: 'ClusterImageSet',
    metadata: { name: 'img4.18.0' },
    spec: { releaseImage: 'registry.example/r' },
  };
  const { path } = labFolder(t, { 'all.yml': [...answer.objects, secret('pull'), secret('n1-bmc'), imageSet].map((one) => stringify(one)).join('---\n') });
  const expanded = labwright('clusterinstance', 'expand', join(path, 'all.yml'), '--json');
  assert.equal(expanded.status, 0, expanded.stdout + expanded.stderr);
  assert.ok((JSON.parse(expanded.stdout) as Answer).objects.some(({ kind }) => kind === 'BareMetalHost'));
});

test('mistakes in a SiteConfig are told with line and column, and nothing is printed', (t) => {
  const { path } = labFolder(t, { 's.yml': stringify(siteConfig({ clusterLables: {} })) });
  const ended = labwright('clusterinstance', 'convert', join(path, 's.yml'));
  assert.deepEqual([ended.status, ended.stdout], [1, '']);
  assert.match(ended.stderr, /s\.yml:\d+:\d+: unknown key "clusterLables"[^]*did you mean clusterLabels\?/);
  assert.equal(convert(t, siteConfig({ nodes: [node('a'), node('b')] })).status, 1);
  const other = convert(t, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
  assert.equal(other.status, 2);
  assert.match(other.stderr, /there is no SiteConfig/);
});
