// SiteConfig v1 in Git: rendered by Argo CD's plugin up to 4.19, converted to a ClusterInstance from 4.20 on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rehearseLab } from '../hub/rehearsed-lab.ts';
import { testLab } from '../hub/test-lab.ts';
import { kubeOf, SITES } from './gitops-lab.ts';
import { siteConfigFiles } from './site-config-lab.ts';

const INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance' } as const;
const INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' } as const;
const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;

for (const cluster of ['sno1', 'mno1']) {
  test(`${cluster} is installed from a SiteConfig, held until its hosts are valid, detached, and redeployed`, async (t) => {
    const lab = await rehearseLab(testLab, { hubs: ['hub1'], sites: siteConfigFiles(testLab, cluster) });
    t.after(() => lab.close());
    const kube = kubeOf(lab);
    const inputs = { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig };
    const installed = await lab.run('job', 'install', cluster, inputs, { sites: SITES(cluster) });
    assert.equal(installed.error, undefined, JSON.stringify(installed.error, null, 1));
    assert.deepEqual((await kube.list(INSTANCE)).items, []);
    const { spec } = (await kube.get({ ...INSTALL, namespace: cluster, name: cluster })) as unknown as {
      spec: { holdInstallation: boolean; imageSetRef: { name: string } };
    };
    assert.match(spec.imageSetRef.name, /^labwright-4\.18\.10-/);
    assert.equal(spec.holdInstallation, false);
    assert.ok(await kube.get({ ...SECRET, namespace: cluster, name: 'assisted-deployment-pull-secret' }));
    for (const { event, cause } of lab.world.powerLog) if (event !== 'on') assert.ok(cause?.startsWith('job/'), `${event} ${cause}`);
    const redeployed = await lab.run('again', 'redeploy', cluster, inputs, { sites: SITES(cluster) });
    assert.equal(redeployed.error, undefined, JSON.stringify(redeployed.error, null, 1));
    const before = lab.world.powerLog.length;
    const detached = await lab.run('detach', 'detach', cluster, inputs);
    assert.equal(detached.error, undefined, JSON.stringify(detached.error, null, 1));
    assert.equal(lab.world.powerLog.length, before, 'nothing was switched off');
  });
}

test('from 4.20 on a SiteConfig is converted, with a report of what changes, and its policies still come by Argo CD', async (t) => {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'], sites: siteConfigFiles(testLab, 'sno1') });
  t.after(() => lab.close());
  const kube = kubeOf(lab);
  const inputs = { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig };
  const release = { version: '4.20.1', image: 'quay.example.com/ocp/release:4.20.1-x86_64' };
  const { error, log } = await lab.run('job', 'install', 'sno1', inputs, { sites: SITES('sno1'), release });
  assert.equal(error, undefined, JSON.stringify(error, null, 1));
  const { spec } = (await kube.get({ ...INSTANCE, namespace: 'sno1', name: 'sno1' })) as unknown as {
    spec: { clusterImageSetNameRef: string; holdInstallation: boolean; extraManifestsRefs: unknown };
  };
  assert.match(spec.clusterImageSetNameRef, /^labwright-4\.20\.1-/);
  assert.deepEqual([spec.holdInstallation, spec.extraManifestsRefs], [false, [{ name: 'sno1' }]]);
  assert.ok(
    log.some((line) => /siteconfig\.yaml:\d+:\d+: warning: sno1 gets one InfraEnv per node/.test(line)),
    log.join('\n'),
  );
  assert.ok(log.some((line) => /converted to a ClusterInstance/.test(line)));
  const applications = await kube.list({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'openshift-gitops' });
  assert.deepEqual(
    applications.items.map(({ metadata }) => metadata.name),
    ['sno1-policies'],
  );
});
