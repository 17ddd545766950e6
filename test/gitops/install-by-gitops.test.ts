// A spoke from Git: installed, detached, installed again; what Argo CD was told, and what is left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '../../src/rehearsal/controllers/argocd/application.ts';
import { renderSiteFiles } from '../../src/render/site-files.ts';
import { rehearseLab } from '../hub/rehearsed-lab.ts';
import { testLab } from '../hub/test-lab.ts';
import { kubeOf, SITES } from './gitops-lab.ts';

test('a spoke is made from Git at the job’s commit, with the job’s release, and its policies before it is released', async (t) => {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'], sites: renderSiteFiles(testLab, 'sno1') });
  t.after(() => lab.close());
  const kubeconfig = lab.world.hubs.get('hub1')!.kubeconfig;
  const inputs = { hub_kubeconfig: kubeconfig };
  const kube = kubeOf(lab);
  for (const round of ['first', 'second']) {
    const installed = await lab.run(round, 'install', 'sno1', inputs, { sites: SITES('sno1') });
    assert.equal(installed.error, undefined, JSON.stringify(installed.error, null, 1));
    const app = (await kube.get({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'openshift-gitops', name: 'sno1-sites' })) as Application;
    const revision = installed.memory['sitesRevision'] as string;
    assert.match(revision, /^[0-9a-f]{40}$/);
    assert.deepEqual([app.spec.source?.targetRevision, app.status?.sync?.revision, app.status?.sync?.status], [revision, revision, 'Synced']);
    const detached = await lab.run(`${round}-detach`, 'detach', 'sno1', inputs);
    assert.equal(detached.error, undefined, JSON.stringify(detached.error, null, 1));
    for (const kind of ['Application', 'AppProject'])
      assert.deepEqual((await kube.list({ apiVersion: 'argoproj.io/v1alpha1', kind, namespace: 'openshift-gitops' })).items, []);
    assert.deepEqual(
      (await kube.list({ apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' })).items.map(({ metadata }) => metadata),
      [],
    );
  }
});
