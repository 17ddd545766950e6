// A spoke from Git: installed, detached, installed again; what Argo CD was told, what is left, and what is refused before the hub is touched.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Application } from '../../src/rehearsal/controllers/argocd/application.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { renderSiteFiles } from '../../src/render/site-files.ts';
import { rehearseLab, type RehearsedLab } from '../hub/rehearsed-lab.ts';
import { testLab } from '../hub/test-lab.ts';
import { kubeOf, SITES } from './gitops-lab.ts';
import { siteConfigFiles } from './site-config-lab.ts';

const ARGO = { apiVersion: 'argoproj.io/v1alpha1', namespace: 'openshift-gitops' } as const;
const INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance', namespace: 'sno1', name: 'sno1' } as const;
const FILES = renderSiteFiles(testLab, 'sno1');

interface Opened {
  readonly lab: RehearsedLab;
  readonly kube: KubeClient;
  readonly inputs: Readonly<Record<string, string>>;
}

async function open(t: TestContext, sites: Readonly<Record<string, string>> = FILES, crdsDir?: string): Promise<Opened> {
  const lab = await rehearseLab(testLab, { hubs: ['hub1'], sites, ...(crdsDir !== undefined && { crdsDir }) });
  t.after(() => lab.close());
  return { lab, kube: kubeOf(lab), inputs: { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig } };
}

const application = async (kube: KubeClient, name: string): Promise<Application> => (await kube.get({ ...ARGO, kind: 'Application', name })) as Application;

test('a spoke is made from Git at the job’s commit and with its release; detached, nothing of it is left, and it can be made again', async (t) => {
  const { lab, kube, inputs } = await open(t);
  for (const round of ['first', 'second']) {
    const installed = await lab.run(round, 'install', 'sno1', inputs, { sites: SITES('sno1') });
    assert.equal(installed.error, undefined, JSON.stringify(installed.error, null, 1));
    const revision = installed.memory['sitesRevision'] as string;
    assert.match(revision, /^[0-9a-f]{40}$/);
    for (const name of ['sno1-sites', 'sno1-policies']) {
      const { spec, status } = await application(kube, name);
      assert.deepEqual(
        [spec.source?.targetRevision, status?.sync?.revision, status?.sync?.status, spec.syncPolicy?.automated],
        [revision, revision, 'Synced', undefined],
      );
    }
    const { clusterImageSetNameRef, holdInstallation } = (await kube.get(INSTANCE))!['spec'] as { clusterImageSetNameRef: string; holdInstallation: boolean };
    assert.match(clusterImageSetNameRef, /^labwright-4\.18\.10-/);
    assert.equal(holdInstallation, false);
    assert.match(FILES['sno1/sites/clusterinstance.yaml']!, /clusterImageSetNameRef: openshift$/m);
    const detached = await lab.run(`${round}-detach`, 'detach', 'sno1', inputs);
    assert.equal(detached.error, undefined, JSON.stringify(detached.error, null, 1));
    for (const kind of ['Application', 'AppProject']) assert.deepEqual((await kube.list({ ...ARGO, kind })).items, []);
    for (const kind of [
      { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy' },
      { apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' },
    ])
      assert.deepEqual((await kube.list(kind)).items, []);
    assert.ok(!lab.world.powerLog.some(({ event, cause }) => event === 'off' && cause?.includes('detach')));
  }
});

const CRDS = join(import.meta.dirname, '..', '..', '..', 'shared', 'crds');
const noDefinitions = existsSync(CRDS) || process.env['CI'] === 'true' ? false : 'no real definitions beside the repository';

test('what is sent to Argo CD, and what it writes, fits the real definitions too', { skip: noDefinitions }, async (t) => {
  const { lab, inputs } = await open(t, { ...FILES, ...siteConfigFiles(testLab, 'mno1') }, CRDS);
  for (const cluster of ['sno1', 'mno1']) {
    const { error } = await lab.run(cluster, 'install', cluster, inputs, { sites: SITES(cluster) });
    assert.equal(error, undefined, JSON.stringify(error, null, 1));
  }
});

test('policies are bound and select the cluster before its disks are written', async (t) => {
  const { lab, kube, inputs } = await open(t);
  const { steps, log, error } = await lab.run('job', 'install', 'sno1', inputs, { sites: SITES('sno1') });
  assert.equal(error, undefined);
  const at = (id: string): number => steps.findIndex((step) => step.id === id);
  assert.ok(at('sync-policies') < at('sync-site') && at('verify-policies') < at('release-site') && at('release-site') < at('await-policies'));
  const policy = await kube.get({ apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy', namespace: 'sno1-policies', name: 'monitoring' });
  assert.equal((policy!['status'] as { compliant?: string }).compliant, 'Compliant');
  assert.ok(log.some((line) => line.includes('https://git.test.lab/sites.git main is ')));
});

test('every step may be run again after a crash, and stopped in its middle, and machines are powered on as often', async (t) => {
  for (const options of [{ twice: true }, { interruptAfterMs: 4000 }]) {
    const { lab, inputs } = await open(t);
    const { error } = await lab.run('job', 'install', 'sno1', inputs, { sites: SITES('sno1'), ...options });
    assert.equal(error, undefined, JSON.stringify([options, error], null, 1));
    assert.equal(lab.world.powerLog.filter(({ event }) => event === 'on').length, 1);
  }
});

test('a mistake in the repository fails the job with file and line before anything is written to the hub', async (t) => {
  const path = 'sno1/sites/clusterinstance.yaml';
  const changed = (from: string | RegExp, to: string, file = path): Record<string, string> => ({ ...FILES, [file]: FILES[file]!.replace(from, to) });
  const cases = [
    [changed(/^spec:$/m, 'spec: {'), /^sno1\/sites\/clusterinstance\.yaml:\d+:\d+$/, 'Rendered', /./],
    [
      changed(/52:54:[0-9a-f:]+/, '52:54:00:00:00:99'),
      new RegExp(`^${path}:\\d+:1$`),
      'Rendered',
      /bootMACAddress of master-0 is 52:54:00:00:00:99; its machine has/,
    ],
    [changed('hostName: master-0', 'hostName: master-1'), new RegExp(`^${path}:\\d+:1$`), 'Rendered', /has no node master-0/],
    [changed('clusterName: sno1', 'clusterName: sno2'), new RegExp(`^${path}:\\d+:1$`), 'Rendered', /also makes sno2/],
    [changed('baseDomain: test.lab', 'other: x'), new RegExp(`^${path}:\\d+:1$`), 'Rendered', /baseDomain/],
    [
      changed('name: monitoring', 'name: nothing', 'sno1/policies/placement.yaml'),
      /^sno1\/policies\/monitoring\.yaml:\d+:1$/,
      'Rendered',
      /no PlacementBinding in sno1-policies binds policy monitoring/,
    ],
    [{ 'other/file': 'x' }, /^sno1\/sites/, 'Rendered', /sno1\/sites/],
  ] as const;
  for (const [files, object, condition, message] of cases) {
    const { lab, inputs } = await open(t, files);
    const { error, steps } = await lab.run('job', 'install', 'sno1', inputs, { sites: SITES('sno1') });
    assert.deepEqual([steps.map(({ id, status }) => [id, status])], [[['fetch-site', 'failure']]], JSON.stringify(error));
    assert.match(error?.on?.object ?? '', object);
    assert.deepEqual(error?.on?.condition, condition);
    assert.match(error?.on?.message ?? '', message);
    assert.match(error?.hint ?? '', /this was commit [0-9a-f]{12}$/);
    assert.deepEqual(lab.world.mutations, []);
  }
});

test('a repository that cannot be reached is named, with the command to try by hand', async (t) => {
  const { lab, inputs } = await open(t);
  const { error } = await lab.run('job', 'install', 'sno1', inputs, { sites: SITES('sno1', { url: 'https://git.gone.lab/sites.git' }) });
  assert.deepEqual([error?.on?.object, error?.on?.condition, error?.on?.reason], ['https://git.gone.lab/sites.git', 'Fetched', 'unreachable']);
  assert.match(error?.hint ?? '', /try by hand: .*git ls-remote https:\/\/git\.gone\.lab\/sites\.git/);
});

test('policies that two clusters share stay until the last of them leaves', async (t) => {
  const common = Object.fromEntries(
    Object.entries(FILES)
      .filter(([path]) => path.includes('/policies/'))
      .map(([path, text]) => [path.replace('sno1/policies', 'common/policies'), text.replaceAll('sno1-policies', 'ztp-common')]),
  );
  const sites = Object.fromEntries(Object.entries({ ...FILES, ...renderSiteFiles(testLab, 'mno1') }).filter(([path]) => path.includes('/sites/')));
  const { lab, kube, inputs } = await open(t, { ...sites, ...common });
  const policy = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy', namespace: 'ztp-common', name: 'monitoring' };
  for (const cluster of ['sno1', 'mno1']) {
    const { error } = await lab.run(cluster, 'install', cluster, inputs, { sites: SITES(cluster, { policiesPath: 'common/policies' }) });
    // The common placement is for sno1 only: mno1 is not released, for nothing would be rolled out on it.
    const said = [error?.on?.object, error?.on?.condition, error?.on?.reason];
    assert.deepEqual(
      said,
      cluster === 'sno1' ? [undefined, undefined, undefined] : ['Policy/ztp-common/monitoring', 'Placed', 'NotSelected'],
      JSON.stringify(error),
    );
  }
  const first = await lab.run('first', 'destroy', 'sno1', inputs);
  assert.equal(first.error, undefined, JSON.stringify(first.error));
  assert.ok(first.log.some((line) => /policies of sno1 stay on hub1: Application\/openshift-gitops\/mno1-policies has \S+ too/.test(line)));
  assert.ok(await kube.get(policy));
  const last = await lab.run('last', 'destroy', 'mno1', inputs);
  assert.equal(last.error, undefined, JSON.stringify(last.error));
  assert.equal(await kube.get(policy), undefined);
});

test('a cluster that an automated Application of somebody else makes is not taken off its hub', async (t) => {
  const { lab, kube, inputs } = await open(t);
  const url = 'https://git.test.lab/sites.git';
  const server = 'https://kubernetes.default.svc';
  const objects: KubeObject[] = [
    {
      ...ARGO,
      kind: 'AppProject',
      metadata: { name: 'ztp-app-project', namespace: ARGO.namespace },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] },
    },
    {
      ...ARGO,
      kind: 'Application',
      metadata: { name: 'clusters', namespace: ARGO.namespace },
      spec: {
        project: 'ztp-app-project',
        source: { repoURL: url, path: 'sno1/sites', targetRevision: 'main' },
        destination: { server, namespace: 'sno1' },
        syncPolicy: { automated: { selfHeal: true } },
      },
    },
  ];
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sno1' } });
  await kube.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: ARGO.namespace, name: 'argocd-tls-certs-cm' },
    { data: { 'git.test.lab': lab.world.sitesCa } },
    { type: 'merge' },
  );
  for (const { namespace: _namespace, ...object } of objects) await kube.create(object);
  const clock = lab.world.clock.participant('agent');
  for (let second = 0; second < 60 && !(await kube.get(INSTANCE)); second++) await clock.sleep(1000);
  for (const action of ['detach', 'redeploy', 'destroy']) {
    const { error, steps } = await lab.run(action, action, 'sno1', inputs);
    assert.equal(steps.at(-1)?.id, 'remove-applications');
    assert.deepEqual([error?.on?.object, error?.on?.reason], ['Application/openshift-gitops/clusters', 'Automated']);
  }
});
