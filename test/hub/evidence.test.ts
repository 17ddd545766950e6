// What a failed installation leaves of the hub's installation service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
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
