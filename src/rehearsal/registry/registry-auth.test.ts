import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { test, type TestContext } from 'node:test';
import { createAuthority } from '../api/access/certificate-authority.ts';
import { addRelease } from './fill-registry.ts';
import type { RegistryLogin } from './registry-auth.ts';
import { registryHandler } from './registry-handler.ts';
import { createRegistryStore } from './registry-store.ts';
import { syntheticRelease } from '../release/synthetic-release.ts';
import { fakeClock } from '../../util/clock.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { createRegistryClient } from '../../hub/mirror/registry-client.ts';

const HOST = 'registry.our.lab:5000';
const IMAGE = `${HOST}/ocp/release:4.18.1-x86_64`;
const { digest } = syntheticRelease('4.18.1');
const { signal } = new AbortController();

test('a registry that wants a token gets one, once for all images of a repository, and a new one when it is old', async (t) => {
  const { client, asked, clock } = await registry(t, { scheme: 'bearer', username: 'me', password: 'secret' }, 'me:secret');
  assert.equal(await client.manifestDigest(IMAGE, signal), digest);
  assert.equal(await client.manifestDigest(`${HOST}/ocp/release@sha256:${'0'.repeat(64)}`, signal), undefined);
  assert.deepEqual(
    asked.map((one) => one.split('?')[0]),
    [
      'HEAD /v2/ocp/release/manifests/4.18.1-x86_64',
      'GET /token',
      'HEAD /v2/ocp/release/manifests/4.18.1-x86_64',
      `HEAD /v2/ocp/release/manifests/sha256:${'0'.repeat(64)}`,
    ],
  );
  assert.match(asked[1]!, /service=registry&scope=repository%3Aocp%2Frelease%3Apull$/);
  clock.advance(300_000);
  assert.equal(await client.manifestDigest(IMAGE, signal), digest);
  assert.equal(asked.filter((one) => one.startsWith('GET /token')).length, 2);
});

test('a registry that wants a password gets it from the second request on, and never before', async (t) => {
  const { client, seen } = await registry(t, { scheme: 'basic', username: 'me', password: 'secret' }, 'me:secret');
  for (let times = 0; times < 2; times++) assert.equal(await client.manifestDigest(IMAGE, signal), digest);
  const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  assert.deepEqual(seen, [undefined, basic, basic]);
});

test('a login that is missing or refused is told as such, whatever the scheme', async (t) => {
  for (const scheme of ['basic', 'bearer'] as const) {
    const login = { scheme, username: 'me', password: 'secret' };
    const none = await registry(t, login, undefined);
    await assert.rejects(none.client.manifestDigest(IMAGE, signal), { code: 'unauthorized', hint: /has a login for registry\.our\.lab:5000/ });
    const wrong = await registry(t, login, 'me:other');
    await assert.rejects(wrong.client.manifestDigest(IMAGE, signal), { code: 'unauthorized', hint: /skopeo login registry\.our\.lab:5000/ });
  }
});

test('a password goes to no token service without TLS', async (t) => {
  const { client } = await registry(t, { scheme: 'bearer', username: 'me', password: 'secret' }, 'me:secret', 'http://registry.our.lab:5000');
  await assert.rejects(client.manifestDigest(IMAGE, signal), { code: 'unauthorized', message: /http:.*over https only/ });
});

async function registry(t: TestContext, login: RegistryLogin, known: string | undefined, origin = `https://${HOST}`) {
  const store = createRegistryStore();
  addRelease(store, '4.18.1', () => 'ocp/release');
  const authority = await createAuthority('test CA', Date.now());
  const handler = registryHandler({ store, origin, login });
  const asked: string[] = [];
  const seen: (string | undefined)[] = [];
  const server = createServer(await authority.server('registry.our.lab'), (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    seen.push(request.headers.authorization);
    handler(request, response);
  });
  const port = await listenOnLoopback(server);
  t.after(() => (server.closeAllConnections(), server.close()));
  const clock = fakeClock();
  const auths = known === undefined ? {} : { [HOST]: { auth: Buffer.from(known).toString('base64') } };
  const dial = () => Promise.resolve({ host: '127.0.0.1', port });
  return { client: createRegistryClient({ clock, dial, ca: authority.ca, pullSecret: JSON.stringify({ auths }) }), asked, seen, clock };
}
