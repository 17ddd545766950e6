// The world's Argo CD: what it makes of Git, pruning, healing, cascades, and what it says when it cannot.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { PARTICIPANT_HEADER } from '../../src/rehearsal/clock/traffic.ts';
import type { Application, ApplicationStatus } from '../../src/rehearsal/controllers/argocd/application.ts';
import { createWorld, type World } from '../../src/rehearsal/world/create-world.ts';
import { git, gitRemote, type GitDeps } from '../../src/sites/git.ts';
import type { Clock } from '../../src/util/clock.ts';
import { localExec } from '../../src/util/exec.ts';
import { testLab } from '../hub/test-lab.ts';

const URL = 'https://git.test.lab/sites.git';
const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'openshift-gitops' } as const;
const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'site' } as const;
const configMap = (name: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: ${value}}\n`;
const FILES = {
  'app/kustomization.yaml': 'resources: [one.yaml, two.yaml]\n',
  'app/one.yaml': configMap('one', 'first'),
  'app/two.yaml': configMap('two', 'second'),
  'broken/kustomization.yaml': 'resources: [gone.yaml]\n',
  'foreign/kustomization.yaml': 'resources: [role.yaml]\n',
  'foreign/role.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: root}\nrules: []\n',
};
const { signal } = new AbortController();

let folder: string;
let world: World;
let clock: Clock;
let kube: KubeClient;
let gitDeps: GitDeps;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labwright-argo-test-'));
  const failed = (error: unknown): never => assert.fail(String(error));
  world = await createWorld({
    plan: testLab,
    bmcSecret: 's',
    seed: 1,
    speed: null,
    faults: [],
    crdsDir: null,
    hubs: ['hub1'],
    sites: FILES,
    log: () => undefined,
    failed,
  });
  clock = world.clock.participant('agent');
  const headers = { [PARTICIPANT_HEADER]: 'agent' };
  kube = createKubeClient({ clock, dial: world.dial.dial, headers }, parseKubeconfig(world.hubs.get('hub1')!.kubeconfig));
  gitDeps = { exec: (...args) => clock.during(localExec(...args)), dial: world.dial.dial, headers, simulated: true, signal };
  await writeFile(join(folder, 'ca.pem'), world.sitesCa ?? '');
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'site' } }, { fieldManager: 'test' });
  await kube.create({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'site', namespace: 'openshift-gitops' },
    spec: {
      sourceRepos: ['https://git.test.lab/*'],
      destinations: [{ server: '*', namespace: 'site' }],
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
    },
  });
});
after(async () => {
  world.clock.leave('agent');
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function create(name: string, path: string, more: object = {}, repoURL = URL): Promise<void> {
  const source = { repoURL, path, targetRevision: 'main' };
  const spec = { project: 'site', source, destination: { server: 'https://kubernetes.default.svc', namespace: 'site' }, ...more };
  await kube.create({ ...APPLICATION, metadata: { name, namespace: 'openshift-gitops' }, spec });
}

/** Looks each simulated second until something holds. */
async function until(name: string, holds: (status: ApplicationStatus) => boolean): Promise<ApplicationStatus> {
  let status: ApplicationStatus = {};
  for (let second = 0; second < 400; second++) {
    status = ((await kube.get({ ...APPLICATION, name })) as Application | undefined)?.status ?? {};
    if (holds(status)) return status;
    await clock.sleep(1000);
  }
  return assert.fail(`${name}: ${JSON.stringify(status, null, 1)}`);
}

const value = (object: KubeObject | undefined): string | undefined => (object?.['data'] as { value?: string } | undefined)?.value;
const error = (type: string) => (status: ApplicationStatus) => status.conditions?.some((one) => one.type === type) ?? false;

test('a repository whose certificate nobody vouches for is a ComparisonError, until its CA is on the hub', async () => {
  await create('early', 'app');
  const status = await until('early', error('ComparisonError'));
  assert.equal(status.sync?.status, 'Unknown');
  assert.match(status.conditions?.[0]?.message ?? '', /^Failed to load target state: .*certificate/);
  await kube.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'openshift-gitops', name: 'argocd-tls-certs-cm' },
    { data: { 'git.test.lab': world.sitesCa } },
    { type: 'merge' },
  );
  await kube.patch({ ...APPLICATION, name: 'early' }, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } } }, { type: 'merge' });
  const seen = await until('early', (one) => one.sync?.status === 'OutOfSync');
  assert.deepEqual([seen.conditions, seen.health?.status], [[], 'Missing']);
  await kube.delete({ ...APPLICATION, name: 'early' });
});

test('what is not automated is compared, and synced when it is asked to, at the revision that is asked for', async () => {
  await create('manual', 'app');
  const seen = await until('manual', ({ sync }) => sync?.status === 'OutOfSync');
  assert.equal(await kube.get({ ...CONFIG, name: 'one' }), undefined);
  const operation = { info: [{ name: 'why', value: 'test' }], initiatedBy: { username: 'me' }, sync: { revision: seen.sync?.revision } };
  await kube.patch({ ...APPLICATION, name: 'manual' }, { operation }, { type: 'merge' });
  const done = await until('manual', ({ sync, operationState }) => sync?.status === 'Synced' && operationState?.phase === 'Succeeded');
  assert.deepEqual(done.operationState?.operation, operation);
  assert.deepEqual([done.operationState?.syncResult?.revision, done.operationState?.message], [seen.sync?.revision, 'successfully synced (all tasks run)']);
  assert.deepEqual(
    [done.health?.status, done.resources?.map(({ name, status }) => [name, status])],
    [
      'Healthy',
      [
        ['one', 'Synced'],
        ['two', 'Synced'],
      ],
    ],
  );
  assert.equal(value(await kube.get({ ...CONFIG, name: 'one' })), 'first');
  // Without the finalizer its objects stay.
  await kube.delete({ ...APPLICATION, name: 'manual' });
  assert.equal(value(await kube.get({ ...CONFIG, name: 'one' })), 'first');
});

test('an automated one follows its branch, prunes what is gone and heals what somebody changed; with the finalizer it takes everything along', async () => {
  await create('auto', 'app', { syncPolicy: { automated: { prune: true, selfHeal: true } } });
  const first = await until('auto', ({ sync }) => sync?.status === 'Synced');
  const work = join(folder, 'work');
  const remote = {
    url: URL,
    access: { username: undefined, passwordPath: undefined, keyPath: undefined, knownHostsPath: undefined, caPath: join(folder, 'ca.pem') },
  };
  await gitRemote(gitDeps, remote, ['clone', '--quiet', URL, work]);
  await writeFile(join(work, 'app/kustomization.yaml'), 'resources: [one.yaml]\n');
  await writeFile(join(work, 'app/one.yaml'), configMap('one', 'pushed'));
  await git(gitDeps, ['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-am', 'Drop two'], { cwd: work });
  await gitRemote(gitDeps, remote, ['push', '--quiet', 'origin', 'main'], work);
  const next = await until('auto', ({ sync }) => sync?.status === 'Synced' && sync.revision !== first.sync?.revision);
  assert.equal(value(await kube.get({ ...CONFIG, name: 'one' })), 'pushed');
  assert.equal(await kube.get({ ...CONFIG, name: 'two' }), undefined);
  assert.ok(next.operationState?.syncResult?.resources?.some(({ name, status }) => name === 'two' && status === 'Pruned'));
  await kube.patch({ ...CONFIG, name: 'one' }, { data: { value: 'meddled' } }, { type: 'merge' });
  for (let minute = 0; minute < 8 && value(await kube.get({ ...CONFIG, name: 'one' })) !== 'pushed'; minute++) await clock.sleep(60_000);
  assert.equal(value(await kube.get({ ...CONFIG, name: 'one' })), 'pushed');
  await kube.patch({ ...APPLICATION, name: 'auto' }, { metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io'] } }, { type: 'merge' });
  await kube.delete({ ...APPLICATION, name: 'auto' });
  for (let second = 0; second < 60 && (await kube.get({ ...APPLICATION, name: 'auto' })); second++) await clock.sleep(1000);
  assert.equal(await kube.get({ ...CONFIG, name: 'one' }), undefined);
  assert.equal(await kube.get({ ...APPLICATION, name: 'auto' }), undefined);
});

test('what cannot be built, is not permitted or has no project is said where Argo CD says it', async () => {
  await create('broken', 'broken');
  assert.match(
    (await until('broken', error('ComparisonError'))).conditions?.[0]?.message ?? '',
    /kustomize build broken.*broken\/kustomization\.yaml:1:\d+: .*gone\.yaml/,
  );
  await create('nowhere', 'elsewhere');
  assert.match((await until('nowhere', error('ComparisonError'))).conditions?.[0]?.message ?? '', /elsewhere: app path does not exist/);
  await create('orphan', 'app', { project: 'none' });
  assert.match((await until('orphan', error('InvalidSpecError'))).conditions?.[0]?.message ?? '', /project none which does not exist/);
  await create('alien', 'app', {}, 'https://git.other.lab/sites.git');
  assert.match((await until('alien', error('InvalidSpecError'))).conditions?.[0]?.message ?? '', /is not permitted in project 'site'/);
  await create('foreign', 'foreign', { syncPolicy: { automated: {}, retry: { limit: 1 } } });
  const status = await until('foreign', error('SyncError'));
  assert.equal(status.operationState?.message, 'one or more synchronization tasks are not valid');
  const [refused] = status.operationState?.syncResult?.resources ?? [];
  assert.deepEqual([refused?.status, refused?.message], ['SyncFailed', 'resource rbac.authorization.k8s.io:ClusterRole is not permitted in project site']);
});
