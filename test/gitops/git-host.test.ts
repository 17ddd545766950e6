// The world's Git host with real git: fetched by SHA and by branch, pushed to, and what is said when it cannot be.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SitesAccess, SitesSource } from '../../src/hub/gitops/sites-door.ts';
import { createWorld, type World } from '../../src/rehearsal/world/create-world.ts';
import { createSitesDoor } from '../../src/sites/create-sites-door.ts';
import { git, gitRemote, type GitDeps } from '../../src/sites/git.ts';
import { localExec } from '../../src/util/exec.ts';
import { PARTICIPANT_HEADER } from '../../src/rehearsal/clock/traffic.ts';
import { testLab } from '../hub/test-lab.ts';

const NONE: SitesAccess = { username: undefined, passwordPath: undefined, keyPath: undefined, knownHostsPath: undefined, caPath: undefined };
const FILES = { 'sno1/sites/kustomization.yaml': 'resources: [größe.yaml]\n', 'sno1/sites/größe.yaml': 'kind: Namespace # 30 µm\n' };
const URL = 'https://git.test.lab/sites.git';
const { signal } = new AbortController();

let folder: string;
let world: World;
let deps: GitDeps;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labwright-git-test-'));
  const failed = (error: unknown): never => assert.fail(String(error));
  world = await createWorld({
    plan: testLab,
    bmcSecret: 's',
    seed: 1,
    speed: null,
    faults: [],
    crdsDir: null,
    hubs: [],
    sites: FILES,
    log: () => undefined,
    failed,
  });
  await writeFile(join(folder, 'ca.pem'), world.sitesCa ?? '');
  deps = { exec: localExec, dial: world.dial.dial, headers: { [PARTICIPANT_HEADER]: 'agent' }, simulated: true, signal };
});
after(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

function source(more: Partial<SitesSource> = {}): SitesSource {
  return { url: URL, branch: 'main', revision: undefined, path: 'sno1/sites', policiesPath: undefined, access: NONE, ...more };
}

function door(caPath: string | undefined = join(folder, 'ca.pem')) {
  return createSitesDoor({ ...deps, clock: world.clock.participant('agent'), dataDir: join(folder, 'cache'), caPath });
}

test('the head of a branch comes with its files, and by its SHA again; every rehearsal makes the same commit', async () => {
  const head = await door().fetch(source(), 'job/step', signal);
  assert.match(head.revision, /^[0-9a-f]{40}$/);
  assert.deepEqual(Object.fromEntries(head.files), { 'README.md': '# Sites of this lab\n', ...FILES });
  const pinned = await door().fetch(source({ revision: head.revision, branch: 'no-such' }), 'job/step', signal);
  assert.deepEqual(pinned, head);
});

test('a push moves the branch, the log names who asked, and a commit that was pinned stays what it was', async () => {
  const before = await door().fetch(source(), 'job/step', signal);
  const work = join(folder, 'work');
  const remote = { url: URL, access: { ...NONE, caPath: join(folder, 'ca.pem') } };
  await gitRemote(deps, remote, ['clone', '--quiet', URL, work]);
  await writeFile(join(work, 'new.yaml'), 'kind: List\n');
  await git(deps, ['add', '.'], { cwd: work });
  await git(deps, ['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', 'More'], { cwd: work });
  await gitRemote({ ...deps, headers: { ...deps.headers, 'X-Labwright-Step': 'me/push' } }, remote, ['push', '--quiet', 'origin', 'main'], work);
  const after = await door().fetch(source(), 'job/step', signal);
  assert.equal(after.files.get('new.yaml'), 'kind: List\n');
  assert.deepEqual(await door().fetch(source({ revision: before.revision }), 'job/step', signal), before);
  assert.deepEqual(
    world.mutations.map(({ server, path, cause, participant, status }) => [server, path, cause, participant, status]),
    [['git.test.lab', '/sites.git/git-receive-pack', 'me/push', 'agent', 200]],
  );
});

test('what is wrong with a repository is said with its URL, the cause, and the command to try by hand', async () => {
  const unknown = 'f'.repeat(40);
  const cases = [
    [source({ url: 'https://git.elsewhere.lab/sites.git' }), 'unreachable', /git\.elsewhere\.lab\/sites\.git cannot be reached: .*Connection refused/],
    [source({ url: 'https://git.test.lab/other.git' }), 'not_found', /other\.git is not there/],
    [source({ branch: 'mian' }), 'not_found', /has no branch mian/],
    [source({ revision: unknown }), 'not_found', /has no such commit/],
  ] as const;
  for (const [bad, code, message] of cases)
    await assert.rejects(door().fetch(bad, 'job/step', signal), (error: Error & { hint?: string }) => {
      assert.match(error.message, message);
      assert.equal((error as { code?: string }).code, code);
      assert.match(error.hint ?? '', /git ls-remote/);
      return true;
    });
  await writeFile(join(folder, 'wrong-ca.pem'), '');
  await assert.rejects(door(join(folder, 'wrong-ca.pem')).fetch(source(), 'job/step', signal), {
    code: 'refused',
    hint: /ca_path.*try by hand: GIT_SSL_CAINFO=/,
  });
});
