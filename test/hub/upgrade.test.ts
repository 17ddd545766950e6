// A spoke brought to another release, asked for in ways that go wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { CLUSTER_CURATOR, CLUSTER_VERSION, refTo } from '../../src/hub/kinds.ts';
import { textAt, valueAt } from '../../src/hub/read-object.ts';
import { historyOf } from '../../src/hub/upgrade/update-stage.ts';
import { syntheticRelease } from '../../src/rehearsal/release/synthetic-release.ts';
import { rehearseLab } from './rehearsed-lab.ts';
import { testLab } from './test-lab.ts';

const RELEASE = { version: '4.19.1', image: 'quay.example.com/ocp/release:4.19.1-x86_64', digest: `sha256:${'01'.repeat(32)}` };

test('an upgrade over a minor version acknowledges its gate, goes on after every stop, asks once, and is nothing to do afterwards', async (t) => {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'] });
  t.after(() => lab.close());
  const hub = lab.world.hubs.get('hub1')!.kubeconfig;
  const install = await lab.run('install', 'install', 'sno1', { hub_kubeconfig: hub });
  assert.equal(install.error, undefined, JSON.stringify(install.error));
  // No hub: on the cluster itself.
  const inputs = { spoke_kubeconfig: install.outputs.get('kubeconfig')! };
  const upgrade = await lab.run('upgrade', 'upgrade', 'sno1', inputs, { release: RELEASE, interruptAfterMs: 10 * 60_000, twice: true });
  assert.equal(upgrade.error, undefined, JSON.stringify(upgrade.error));
  assert.match(upgrade.log.join('\n'), /acknowledged for the administrator: ack-4\.18-kube-1\.32-api-removals-in-4\.19/);

  const clock = lab.world.clock.participant('test');
  const spoke = createKubeClient({ clock, dial: lab.world.dial.dial }, parseKubeconfig(inputs.spoke_kubeconfig));
  const version = await spoke.get(refTo(CLUSTER_VERSION, 'version'));
  lab.world.clock.leave('test');
  assert.deepEqual(
    historyOf(version).map((one) => [one.version, one.state]),
    [
      ['4.19.1', 'Completed'],
      ['4.18.10', 'Completed'],
    ],
  );
  assert.equal(textAt(version, 'spec', 'channel'), 'stable-4.19');
  const asked = lab.world.mutations.filter(({ cause, path }) => cause?.startsWith('upgrade/') && path.includes('/clusterversions/'));
  assert.equal(asked.length, 1);

  const again = await lab.run('again', 'upgrade', 'sno1', inputs, { release: RELEASE });
  assert.equal(again.error, undefined, JSON.stringify(again.error));
  assert.ok(again.simulatedMs < 60_000, 'nothing is waited for');
  const back = await lab.run('back', 'upgrade', 'sno1', inputs);
  assert.deepEqual([back.error?.on?.condition, back.error?.on?.reason], ['Upgradeable', 'NoPath']);
});

for (const driver of ['direct', 'talm', 'curator'] as const) {
  test(`a canary that cannot be upgraded keeps the others from being touched (${driver})`, async (t) => {
    const lab = await rehearseLab(testLab, { hubs: ['hub1'], faults: ['upgrade-refused@sno1'] });
    t.after(() => lab.close());
    const hub = { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig };
    const clusters = ['mno1', 'sno1'].map((name) => testLab.clusters.find((one) => one.name === name)!);
    const installed = new Map<string, string>();
    for (const { name } of clusters) installed.set(name, (await lab.run(`${name}-install`, 'install', name, hub)).outputs.get('kubeconfig')!);
    const release = { ...RELEASE, version: '4.18.11', digest: syntheticRelease('4.18.11').digest };
    const rollout = { driver, clusters, canaries: ['sno1'], maxConcurrency: 2 };
    const { error, steps } = await lab.run('upgrade', 'upgrade', 'mno1', hub, { release, rollout });
    assert.deepEqual([error?.on?.object, error?.on?.condition, error?.on?.reason], ['ClusterVersion/version', 'ReleaseAccepted', 'RetrievePayload']);
    assert.match(error?.hint ?? '', /on sno1/);
    assert.equal(steps.at(-1)?.id, 'upgrade-canary-1');
    // What the hub does on a cluster counts too: long after the failure, nobody has told it another release.
    const clock = lab.world.clock.participant('test');
    await clock.sleep(60 * 60_000);
    const mno1 = createKubeClient({ clock, dial: lab.world.dial.dial }, parseKubeconfig(installed.get('mno1')!));
    const version = await mno1.get(refTo(CLUSTER_VERSION, 'version'));
    lab.world.clock.leave('test');
    assert.deepEqual([historyOf(version).length, valueAt(version, 'spec', 'desiredUpdate')], [1, undefined]);
  });
}

test('a curator upgrades what it is told once, however often its step is interrupted, and takes only what the update graph offers', async (t) => {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'] });
  t.after(() => lab.close());
  const hub = { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig };
  const install = await lab.run('install', 'install', 'sno1', hub);
  assert.equal(install.error, undefined, JSON.stringify(install.error));
  const rollout = { driver: 'curator' as const, clusters: [testLab.clusters.find(({ name }) => name === 'sno1')!], canaries: [], maxConcurrency: 1 };
  const to = (version: string, digest = syntheticRelease(version).digest) => ({ release: { ...RELEASE, version, digest }, rollout });

  const other = await lab.run('other', 'upgrade', 'sno1', hub, to('4.18.12', RELEASE.digest));
  assert.deepEqual([other.error?.on?.condition, other.error?.on?.reason], ['AvailableUpdates', 'OtherImage'], JSON.stringify(other.error));
  const far = await lab.run('far', 'upgrade', 'sno1', hub, to('4.18.59'));
  assert.deepEqual([far.error?.on?.condition, far.error?.on?.reason], ['AvailableUpdates', 'NotOffered'], JSON.stringify(far.error));

  const upgrade = await lab.run('upgrade', 'upgrade', 'sno1', hub, { ...to('4.18.12'), interruptAfterMs: 10 * 60_000, twice: true });
  assert.equal(upgrade.error, undefined, JSON.stringify(upgrade.error));
  const waited = upgrade.steps.flatMap((step) => step.waited).map(({ object, condition }) => `${object} ${condition}`);
  assert.ok(waited.includes('ClusterCurator/sno1/sno1 monitor-upgrade'), waited.join('\n'));
  const told = lab.world.mutations.filter(
    ({ cause, method, path }) => cause?.startsWith('upgrade/') && method === 'PATCH' && path.includes('/clustercurators/'),
  );
  assert.equal(told.length, 1);
  const clock = lab.world.clock.participant('test');
  const kube = createKubeClient({ clock, dial: lab.world.dial.dial }, parseKubeconfig(hub.hub_kubeconfig));
  assert.equal(await kube.get(refTo(CLUSTER_CURATOR, 'sno1', 'sno1')), undefined, 'what was made for the upgrade goes with it');
  lab.world.clock.leave('test');
});
