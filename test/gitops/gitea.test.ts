// A disconnected hub takes commits from a Git host of its own: set up, filled and read by Argo CD; and what is said when it cannot be.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { giteaAccess } from '../../src/hub/gitea/gitea-access.ts';
import { askGitea } from '../../src/hub/gitea/gitea-client.ts';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import type { LabPlan } from '../../src/lab/plan.ts';
import type { Application } from '../../src/rehearsal/controllers/argocd/application.ts';
import { syntheticRelease } from '../../src/rehearsal/release/synthetic-release.ts';
import { renderSiteFiles } from '../../src/render/site-files.ts';
import { gitRemote } from '../../src/sites/git.ts';
import { localExec } from '../../src/util/exec.ts';
import { rehearseLab, type JobReport, type RehearsedLab } from '../hub/rehearsed-lab.ts';
import { kubeOf, SITES } from './gitops-lab.ts';

const IMAGE = `docker.io/gitea/gitea@sha256:${'e'.repeat(64)}`;
const HOST = 'gitea-gitea.apps.hub1.test.lab';
const URL_ON_HUB = `https://${HOST}/labwright-sites/sites.git`;
const RELEASE = { version: '4.18.10', image: `registry.test.lab:5000/openshift/release-images:4.18.10-x86_64` };
const SECRETS = { apiVersion: 'v1', kind: 'Secret', namespace: 'gitea' } as const;

test('Argo CD takes the job’s commit from the hub’s own Gitea, which is set up once and reached by a token that only reads', async (t) => {
  const { lab, kube, run, signal } = await open(t);
  const first = await run('first', 'install', { twice: true });
  assert.equal(first.error, undefined, JSON.stringify(first.error, null, 1));
  for (const name of ['sno1-sites', 'sno1-policies']) {
    const { spec, status } = (await kube.get({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: 'openshift-gitops', name })) as Application;
    assert.deepEqual([spec.source?.repoURL, spec.source?.targetRevision, status?.sync?.status], [URL_ON_HUB, first.memory['sitesRevision'], 'Synced']);
  }
  const secrets = await kube.list(SECRETS);
  assert.equal((await run('again', 'detach')).error, undefined);
  assert.equal((await run('again', 'install')).error, undefined);
  const data = ({ items }: typeof secrets): unknown[] => items.map((one) => one['data']);
  assert.deepEqual(data(await kube.list(SECRETS)), data(secrets), 'a second job makes no new secrets');

  const access = await giteaAccess(kube, signal);
  const token = Buffer.from(
    (secrets.items.find(({ metadata }) => metadata.name === 'gitea-argocd-token')!['data'] as { token: string }).token,
    'base64',
  ).toString();
  const asked = { clock: lab.world.clock.participant('agent'), dial: lab.world.dial.dial, cause: 'test' };
  assert.equal((await askGitea(asked, { ...access, password: token }, 'POST', '/orgs', { username: 'other' }, signal)).status, 403);
  assert.equal((await askGitea(asked, { ...access, password: 'wrong' }, 'GET', '/version', undefined, signal)).status, 401);
  const branches = await heads(t, lab, access);
  assert.deepEqual(branches.toSorted(), [`commit-${first.memory['sitesRevision'] as string}`, 'main']);
});

test('an image that the registry does not have ends the job with its name', async (t) => {
  const { run } = await open(t, (plan) => ({
    ...plan,
    clusters: plan.clusters.map((one) => (one.gitea ? { ...one, gitea: { ...one.gitea, image: IMAGE.replaceAll('e', 'f') } } : one)),
  }));
  const { error, steps } = await run('spoke', 'install');
  assert.equal(steps.at(-1)?.id, 'deploy-gitea');
  assert.deepEqual([error?.on?.object, error?.on?.condition, error?.on?.reason], ['Deployment/gitea/gitea', 'Progressing', 'ProgressDeadlineExceeded']);
  assert.match(error!.on!.message, /unable to read image registry\.test\.lab:5000\/.+: manifest unknown/);
});

async function open(t: TestContext, changed: (plan: LabPlan) => LabPlan = (plan) => plan) {
  const plan = planLab('lab.yml', LAB, EMPTY_LOCK).plan!;
  const lab = await rehearseLab(plan, { hubs: ['hub1'], sites: renderSiteFiles(plan, 'sno1'), mirrored: [RELEASE.version] });
  t.after(() => lab.close());
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const caPath = join(folder, 'registry-ca.pem');
  writeFileSync(caPath, lab.world.registryCa!);
  const mirror = {
    registry: 'registry.test.lab:5000',
    store: 'http://http.test.lab:8080',
    source: syntheticRelease(RELEASE.version).image,
    caPath,
    additionalImages: [IMAGE],
    sync: false,
  };
  const inputs = { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig };
  const run = (job: string, action: string, options: { readonly twice?: boolean } = {}): Promise<JobReport> =>
    lab.run(job, action, 'sno1', inputs, { sites: SITES('sno1'), release: RELEASE, mirror, plan: changed(plan), ...options });
  return { lab, kube: kubeOf(lab), run, signal: AbortSignal.timeout(60_000) };
}

async function heads(t: TestContext, lab: RehearsedLab, { username, password, ca }: Awaited<ReturnType<typeof giteaAccess>>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [passwordPath, caPath] = [join(folder, 'password'), join(folder, 'ca.pem')];
  writeFileSync(passwordPath, password);
  writeFileSync(caPath, ca!);
  const clock = lab.world.clock.participant('agent');
  const deps = { exec: localExec, dial: lab.world.dial.dial, headers: {}, simulated: true, signal: AbortSignal.timeout(60_000) };
  const remote = { url: URL_ON_HUB, access: { username, passwordPath, caPath, keyPath: undefined, knownHostsPath: undefined } };
  const { stdout } = await clock.during(gitRemote(deps, remote, ['ls-remote', '--heads', '--', remote.url]));
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split('refs/heads/')[1]!);
}

const LAB = `
lab: test
domain: test.lab
jumphost: {address: 192.168.21.1, nic: eno2, services: {registry: {}, http_store: {}}}
networks:
  baremetal: {cidr: 192.168.21.0/24, bridge: br0}
servers:
  server[1-2]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  hub1: {on: server1, role: hub, install: abi, masters: 3, gitea: {image: "${IMAGE}"}}
  sno1: {on: server2, role: spoke, hub: hub1, install: clusterinstance, masters: 1}
`;
