// Repositories that do not open to everybody: https with a password, ssh with a key and a known host, with the real programs.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SitesAccess, SitesSource } from '../../src/hub/gitops/sites-door.ts';
import { createAuthority } from '../../src/rehearsal/api/access/certificate-authority.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { makeRepository } from '../../src/rehearsal/git/make-repository.ts';
import { serveGit, type GitHost } from '../../src/rehearsal/git/serve-git.ts';
import { createSitesDoor } from '../../src/sites/create-sites-door.ts';
import { realSleep, systemClock } from '../../src/util/clock.ts';
import { directDial } from '../../src/util/dial.ts';
import { localExec } from '../../src/util/exec.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../../src/util/temporary-folder.ts';

const SSHD = '/usr/sbin/sshd';
const noSshd = (existsSync(SSHD) && userInfo().uid === 0) || process.env['CI'] === 'true' ? false : 'no sshd here, or not root';
const NONE: SitesAccess = { username: undefined, passwordPath: undefined, keyPath: undefined, knownHostsPath: undefined, caPath: undefined };
const { signal } = new AbortController();

let folder: TemporaryFolder;
let host: GitHost;
before(async () => {
  folder = await makeTemporaryFolder('lw-sites-');
  await mkdir(at('host'));
  await makeRepository(localExec, at('host'), 'sites.git', { 'a.yaml': 'kind: List\n' }, signal);
  const authority = await createAuthority('test Git CA', Date.now());
  await writeFile(at('ca.pem'), authority.ca);
  await writeFile(at('password'), "it's $ecret\n", { mode: 0o600 });
  await writeFile(at('wrong'), 'guess\n', { mode: 0o600 });
  const login = { username: 'robot', password: "it's $ecret" };
  host = await serveGit({ traffic: noTraffic, tls: await authority.server('localhost'), folder: at('host'), login, onPush: () => undefined });
});
after(async () => {
  await host.close();
  await folder[Symbol.asyncDispose]();
});

const at = (name: string): string => join(folder.path, name);

function fetched(url: string, access: Partial<SitesAccess>): Promise<ReadonlyMap<string, string>> {
  const source: SitesSource = { url, branch: 'main', revision: undefined, path: 'sites', policiesPath: undefined, access: { ...NONE, ...access } };
  const door = createSitesDoor({
    clock: systemClock,
    exec: localExec,
    dial: directDial,
    headers: {},
    simulated: true,
    dataDir: at(`cache-${crypto.randomUUID()}`),
    caPath: undefined,
  });
  return door.fetch(source, 'job/step', signal).then(({ files }) => files);
}

test('a repository behind a password opens to the one in the file, and says so to any other', async () => {
  const url = `https://localhost:${host.port}/sites.git`;
  const known = { caPath: at('ca.pem'), username: 'robot' };
  assert.equal((await fetched(url, { ...known, passwordPath: at('password') })).get('a.yaml'), 'kind: List\n');
  for (const access of [known, { ...known, passwordPath: at('wrong') }])
    await assert.rejects(fetched(url, access), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'unauthorized', error.message);
      assert.match(error.message, /does not take the credentials/);
      assert.match(error.hint ?? '', /see username and password_path; try by hand: GIT_SSL_CAINFO=\S+ git ls-remote https:/);
      assert.ok(!JSON.stringify([error.message, error.cause]).includes('guess'));
      return true;
    });
});

test('a repository behind ssh opens to its key, once its host is known', { skip: noSshd }, async (t) => {
  const { port, stop } = await startSshd();
  t.after(stop);
  const url = `ssh://${userInfo().username}@localhost:${port}${at('host')}/sites.git`;
  const known = { keyPath: at('key'), knownHostsPath: at('known_hosts') };
  assert.equal((await fetched(url, known)).get('a.yaml'), 'kind: List\n');
  await assert.rejects(fetched(url, { ...known, knownHostsPath: at('nobody') }), {
    code: 'unauthorized',
    message: /host key that known_hosts does not have/,
    hint: /ssh-keyscan/,
  });
  await assert.rejects(fetched(url, { ...known, keyPath: at('other') }), {
    code: 'unauthorized',
    message: /does not take the key/,
    hint: /GIT_SSH_COMMAND=.*git ls-remote ssh:/,
  });
  stop();
  await assert.rejects(fetched(url, known), { code: 'unreachable', message: /cannot be reached: .*Connection refused/ });
});

async function startSshd(): Promise<{ readonly port: number; readonly stop: () => void }> {
  for (const name of ['host_key', 'key', 'other']) await localExec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  await writeFile(at('nobody'), '');
  await writeFile(at('authorized'), await readFile(at('key.pub')));
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'PermitRootLogin yes',
  ];
  await writeFile(at('sshd_config'), `${config.join('\n')}\n`);
  await writeFile(at('known_hosts'), `[localhost]:${port} ${await readFile(at('host_key.pub'), 'utf8')}`);
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const child: ChildProcess = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  for (let tries = 0; !said.includes('Server listening') && tries < 500; tries++) await realSleep(20);
  assert.match(said, /Server listening/);
  return { port, stop: () => void child.kill() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0));
    });
  });
}
