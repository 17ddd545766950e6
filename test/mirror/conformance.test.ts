// A rehearsal's registry answers a client's requests as Debian's docker-registry does.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { registryObstacle, startRealRegistry, type RealRegistry } from './real-registry.ts';
import { startWorldRegistry } from './world-registry.ts';

const obstacle = await registryObstacle();
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const sha = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const CONFIG = '{}';
const LAYER = 'a layer';
const manifest = (layer: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha(CONFIG), size: CONFIG.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha(layer), size: layer.length }],
  });
const index = (of: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [{ mediaType: MANIFEST, digest: sha(of), size: of.length, platform: { architecture: 'amd64', os: 'linux' } }],
  });

test('pull and push are answered as by a real registry', { skip: obstacle ?? false }, async (t) => {
  const [real, ours] = [await played(await startRealRegistry(t)), await played(await startWorldRegistry(t))];
  assert.equal(real.filter((line) => /: 20[012]/.test(line)).length > 10, true, 'the real one takes what is right');
  assert.deepEqual(ours, real);
});

test('a registry with passwords turns strangers away as a real one does', { skip: obstacle ?? false }, async (t: TestContext) => {
  const login = { username: 'me', password: 'secret' };
  for (const registry of [await startRealRegistry(t, login), await startWorldRegistry(t, { login: { scheme: 'basic', ...login } })]) {
    const stranger = await ask(registry, 'GET', '/v2/a/b/manifests/x');
    assert.deepEqual([stranger.status, stranger.headers['www-authenticate']?.startsWith('Basic realm='), stranger.code], [401, true, 'UNAUTHORIZED']);
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    assert.equal((await ask(registry, 'GET', '/v2/', { authorization })).status, 200);
  }
});

/** One client's story, a line for each answer. */
async function played(registry: RealRegistry): Promise<readonly string[]> {
  const lines: string[] = [];
  const say = async (name: string, method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> => {
    const answer = await ask(registry, method, path, headers, body);
    const { 'content-type': type, 'docker-content-digest': digest, 'docker-distribution-api-version': version } = answer.headers;
    // Types of answers without a body, and of errors, differ from one version to the next.
    const typed = answer.status === 200 && path.includes('/manifests/') ? ` ${type}` : '';
    lines.push(`${name}: ${answer.status}${typed}${digest === undefined ? '' : ` ${digest}`} ${answer.code ?? ''} ${version}`);
    return answer;
  };
  const upload = async (name: string, content: string, digest = sha(content)): Promise<void> => {
    const { headers } = await say(`${name} begins`, 'POST', '/v2/team/app/blobs/uploads/');
    const part = await say(`${name} part`, 'PATCH', pathOf(headers.location!), { 'content-type': 'application/octet-stream' }, content);
    await say(`${name} ends`, 'PUT', withDigest(pathOf(part.headers.location!), digest));
  };
  await say('version', 'GET', '/v2/');
  await say('no manifest', 'GET', '/v2/team/app/manifests/1.0');
  await say('no blob', 'HEAD', `/v2/team/app/blobs/${sha(LAYER)}`);
  await upload('config', CONFIG);
  await say('blob', 'GET', `/v2/team/app/blobs/${sha(CONFIG)}`);
  await say('manifest without its layer', 'PUT', `/v2/team/app/manifests/1.0`, { 'content-type': MANIFEST }, manifest(LAYER));
  await upload('other content', LAYER, sha('something else'));
  await upload('layer', LAYER);
  // Which of two codes is left open by the specification.
  lines.push(`upload that is over: ${(await ask(registry, 'PATCH', '/v2/team/app/blobs/uploads/00000000-0000-0000-0000-000000000000', {}, 'x')).status}`);
  await say('other digest', 'PUT', `/v2/team/app/manifests/${sha('something else')}`, { 'content-type': MANIFEST }, manifest(LAYER));
  await say('no JSON', 'PUT', `/v2/team/app/manifests/1.0`, { 'content-type': MANIFEST }, '{');
  await say('list before its image', 'PUT', `/v2/team/app/manifests/all`, { 'content-type': INDEX }, index(manifest(LAYER)));
  await say('manifest by digest', 'PUT', `/v2/team/app/manifests/${sha(manifest(LAYER))}`, { 'content-type': MANIFEST }, manifest(LAYER));
  await say('by tag', 'PUT', '/v2/team/app/manifests/1.0', { 'content-type': MANIFEST }, manifest(LAYER));
  await say('list', 'PUT', '/v2/team/app/manifests/all', { 'content-type': INDEX }, index(manifest(LAYER)));
  for (const reference of ['1.0', 'all', sha(manifest(LAYER)), sha(index(manifest(LAYER)))])
    for (const method of ['HEAD', 'GET'])
      await say(`${method} ${reference}`, method, `/v2/team/app/manifests/${reference}`, { accept: `${MANIFEST}, ${INDEX}` });
  // docker-registry lists them in the order of its folder.
  const { tags } = JSON.parse((await ask(registry, 'GET', '/v2/team/app/tags/list')).body) as { readonly tags: readonly string[] };
  lines.push(`tags: ${tags.toSorted().join(' ')}`);
  await say('tags of nobody', 'GET', '/v2/nobody/tags/list');
  return lines;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly body: string;
  readonly code: string | undefined;
}

async function ask({ host, ca }: RealRegistry, method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`https://${host}${path}`, { method, ca, headers }, (response) => {
      text(response).then((said) => {
        const code = said.startsWith('{"errors"') ? (JSON.parse(said) as { errors: { code: string }[] }).errors[0]?.code : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers as Record<string, string | undefined>, body: said, code });
      }, reject);
    })
      .on('error', reject)
      .end(body);
  });
}

function pathOf(location: string): string {
  const { pathname, search } = new URL(location, 'https://registry');
  return pathname + search;
}

function withDigest(path: string, digest: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}digest=${digest}`;
}
