// What a failed installation leaves of the hub's installation service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { explainCluster } from '../../src/hub/explain/explain-cluster.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { syntheticRelease } from '../../src/rehearsal/release/synthetic-release.ts';
import { rehearseLab } from './rehearsed-lab.ts';
import { testLab } from './test-lab.ts';

test('a cluster whose installation failed leaves its events and the logs of its hosts', async (t) => {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'], faults: ['install-fails@sno1'] });
  t.after(() => lab.close());
  const { error, outputs } = await lab.run('install', 'install', 'sno1', { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig });
  assert.ok(error);
  const events = JSON.parse(outputs.get('events.json') ?? '[]') as readonly {
    readonly severity: string;
    readonly message: string;
    readonly host_id?: string;
  }[];
  assert.ok(
    events.some(({ message }) => message === 'Host: master-0, reached installation stage Writing image to disk'),
    JSON.stringify(events, null, 1),
  );
  assert.ok(events.some(({ severity, message }) => severity === 'error' && message.startsWith('Updated status of the cluster to error')));
  const logs = gunzipSync(Buffer.from(outputs.get('sno1_logs.txt.gz') ?? '', 'base64')).toString();
  assert.match(logs, /error Host master-0: updated status from /);
});

test('a hub whose routes are trusted by nobody costs a failed job no more than those files', async (t) => {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'], faults: ['install-fails@sno1'] });
  t.after(() => lab.close());
  const hub = lab.world.hubs.get('hub1')!.kubeconfig;
  const clock = lab.world.clock.participant('test');
  const kube = createKubeClient({ clock, dial: lab.world.dial.dial }, parseKubeconfig(hub));
  await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'default-ingress-cert', namespace: 'openshift-config-managed' });
  lab.world.clock.leave('test');
  const { error, outputs, log } = await lab.run('install', 'install', 'sno1', { hub_kubeconfig: hub });
  assert.ok(error);
  assert.ok(outputs.has('objects.yaml'));
  assert.equal(outputs.has('events.json'), false);
  assert.match(log.join('\n'), /eventsURL of sno1 is not kept: assisted-service-multicluster-engine\.apps\.hub1\.[^:]+: nobody answers/);
});

for (const [driver, rules] of [
  ['direct', ['release-not-accepted']],
  ['talm', ['release-not-accepted']],
  ['curator', ['curation-failed']],
] as const) {
  test(`an upgrade that failed is explained from what it left, of the hub and of the cluster (${driver})`, async (t) => {
    const lab = await rehearseLab(testLab, { hubs: ['hub1'], faults: [driver === 'curator' ? 'curator-fails@sno1' : 'upgrade-refused@sno1'] });
    t.after(() => lab.close());
    const hub = { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig };
    const install = await lab.run('install', 'install', 'sno1', hub);
    assert.equal(install.error, undefined, JSON.stringify(install.error));
    const clusters = [testLab.clusters.find(({ name }) => name === 'sno1')!];
    const { image, digest } = syntheticRelease('4.18.11');
    const release = { version: '4.18.11', image, digest };
    const { error, outputs } = await lab.run('upgrade', 'upgrade', 'sno1', hub, { release, rollout: { driver, clusters, canaries: [], maxConcurrency: 1 } });
    assert.ok(error);
    const left = ['objects.yaml', 'sno1.yaml'].map((name) => outputs.get(name) ?? '').join('');
    const seen = parseAllDocuments(left).map((one) => one.toJS() as KubeObject);
    const { findings } = explainCluster('sno1', seen);
    assert.deepEqual(
      findings.map(({ rule }) => rule).filter((rule) => rules.some((one) => one === rule)),
      rules,
      JSON.stringify(findings, null, 1),
    );
    assert.ok(findings.every(({ next, cause }) => next.startsWith('oc ') && cause !== ''));
  });
}
