import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';
import { recordedCases } from '../controllers/siteconfig-recordings.ts';
import { labFolder, labwright, type Ended } from './labwright.ts';

interface Answer {
  readonly findings: readonly { readonly layer: string; readonly id: string; readonly severity: string; readonly at: { readonly line: number } }[];
}

const { cases, skip } = recordedCases();

/** The command on the recorded input of a case, with another spec. */
function check(t: TestContext, name: string, change: (spec: Record<string, unknown>) => object, ...flags: string[]): Ended {
  const { inputs } = cases.find((one) => one.case === name)!;
  const objects = inputs.map((object) => (object.kind === 'ClusterInstance' ? changed(object, change) : object));
  const { path } = labFolder(t, { 'all.yml': objects.map((object) => stringify(object)).join('---\n') });
  return labwright('clusterinstance', 'check', join(path, 'all.yml'), ...flags);
}

function changed(object: KubeObject, change: (spec: Record<string, unknown>) => object): KubeObject {
  const spec = object['spec'] as Record<string, unknown>;
  return { ...object, spec: { ...spec, ...change(spec) } };
}

function ids({ stdout }: Ended): string[] {
  return (JSON.parse(stdout) as Answer).findings.map(({ layer, id }) => `${layer} ${id}`);
}

test('what the recorded operator took and assisted-service installs is taken by all three layers', { skip }, (t) => {
  for (const name of ['sno-static', 'three-plus-two']) {
    const ended = check(t, name, () => ({}));
    assert.equal(ended.status, 0, `${name}: ${ended.stdout}`);
  }
});

test('what the operator takes and assisted-service refuses twenty minutes later is refused now, by its ids and with its place', { skip }, (t) => {
  const ended = check(t, 'three-node', () => ({ apiVIPs: [], ingressVIPs: [] }), '--json');
  assert.equal(ended.status, 1);
  assert.deepEqual(ids(ended).slice(0, 2), ['assisted-service api-vips-defined', 'assisted-service ingress-vips-defined']);
  const text = check(t, 'three-node', () => ({ ingressVIPs: ['not an address'] }));
  assert.match(text.stdout, /all\.yml:\d+:\d+: not an address is no address \(assisted-service: ingress-vips-valid\)\n.*not an address\nhint: /);
});

test('what the operator refuses is told with its condition, and the other layers are asked all the same', { skip }, (t) => {
  const ended = check(t, 'missing-pull-secret', () => ({ machineNetwork: [] }), '--json');
  assert.equal(ended.status, 1);
  assert.deepEqual(ids(ended), ['operator ClusterInstanceValidated', 'assisted-service machine-cidr-defined']);
});

test('what the API server does not even store is told alone', { skip }, (t) => {
  const ended = check(t, 'sno-static', () => ({ nodes: [], machineNetwork: [] }), '--json');
  assert.deepEqual([ended.status, ids(ended)], [1, ['operator admission']]);
});
