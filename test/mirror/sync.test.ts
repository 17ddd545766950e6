// Images go from registry to registry with the real skopeo: between a rehearsal's registry and Debian's docker-registry, both ways.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createRegistryClient } from '../../src/hub/mirror/registry-client.ts';
import { syncFailure, syncImages, type SyncedImage } from '../../src/hub/mirror/sync-images.ts';
import { addRelease } from '../../src/rehearsal/registry/fill-registry.ts';
import { syntheticRelease } from '../../src/rehearsal/release/synthetic-release.ts';
import { parseImageReference } from '../../src/render/mirror/image-reference.ts';
import { planMirror, type MirrorPlan } from '../../src/render/mirror/mirror-plan.ts';
import { readReleaseImages } from '../../src/render/mirror/read-release-images.ts';
import { fakeClock } from '../../src/util/clock.ts';
import { directDial } from '../../src/util/dial.ts';
import { localExec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { registryObstacle, startRealRegistry, type RealRegistry } from './real-registry.ts';
import { startWorldRegistry } from './world-registry.ts';

const skip = (await registryObstacle()) ?? false;
const VERSION = '4.18.1';
const OUTSIDE = { username: 'outside', password: 'one' };
const INSIDE = { username: 'inside', password: 'two' };
/** The release, its 21 components, and its tag. */
const COUNT = 23;

test('a release goes into a registry with TLS and a password, and a second run copies nothing', { skip }, async (t) => {
  const source = await outside(t);
  const target = await startRealRegistry(t, INSIDE);
  const run = await sync(t, source, target);
  assert.deepEqual(run.statuses(), { copied: COUNT });
  assert.equal(run.images.at(-1)?.name, 'release tag', 'what says that a release is there comes last');
  const [first] = run.images;
  assert.ok(first?.status === 'copied' && first.bytes === 4, 'an empty image has a config and a layer of two bytes each');
  assert.equal(await run.deps.registry.manifestDigest(`${target.host}/openshift/release-images:${VERSION}-x86_64`, signal()), syntheticRelease(VERSION).digest);
  assert.deepEqual((await sync(t, source, target)).statuses(), { present: COUNT });
});

test('a registry that gives tokens is pushed to as well', { skip }, async (t) => {
  const target = await startWorldRegistry(t, { login: { scheme: 'bearer', ...INSIDE } });
  assert.deepEqual((await sync(t, await outside(t), target)).statuses(), { copied: COUNT });
});

test('what a registry answers badly once is tried again, and an interrupted run goes on', { skip }, async (t) => {
  let troubles = 2;
  const source = await outside(t, (url) => url.includes('/blobs/') && troubles-- > 0);
  const target = await startRealRegistry(t, INSIDE);
  const plan = planOf(source, target);
  const some = await sync(t, source, target, { ...plan, images: plan.images.slice(1, 6) });
  assert.deepEqual(some.statuses(), { copied: 5 }, JSON.stringify(some.images));
  assert.equal(some.retries.filter((message) => message.includes('503')).length, 2);
  assert.deepEqual((await sync(t, source, target)).statuses(), { present: 5, copied: COUNT - 5 });
});

test('an image that is gone, a wrong password and a strange certificate are each named, with the command to try', { skip }, async (t) => {
  const source = await outside(t);
  const target = await startRealRegistry(t, INSIDE);
  const plan = planOf(source, target);
  const gone = `sha256:${'0'.repeat(64)}`;
  const images = plan.images.map((image) =>
    image.name === 'etcd' ? { ...image, source: `${image.source.split('@')[0]}@${gone}`, mirror: `${image.mirror.split('@')[0]}@${gone}` } : image,
  );
  const { images: after, statuses } = await sync(t, source, target, { ...plan, images });
  assert.deepEqual(statuses(), { copied: 20, failed: 1 }, 'all but etcd, and not the release');
  const { image, error } = syncFailure(after)!;
  assert.deepEqual([image.reason, error.code], ['ManifestUnknown', 'not_found']);
  assert.match(error.message, /^etcd \(127\.0\.0\.1:\d+\/openshift-release-dev\/ocp-v4\.0-art-dev@sha256:0+\) was not copied: .*manifest unknown/);
  assert.match(error.hint!, /try it by hand: skopeo copy --all --preserve-digests docker:\/\/127/);

  const other = await startWorldRegistry(t, { login: { scheme: 'bearer', ...INSIDE } });
  const denied = await sync(t, source, other, undefined, { outside: { ...OUTSIDE, password: 'wrong' } });
  assert.equal(syncFailure(denied.images)?.image.reason, 'Unauthorized');
  assert.ok(denied.images.length <= 4, 'the next ones would fail too, and are not tried');
  const strange = await sync(t, source, other, undefined, { trusted: false });
  assert.equal(syncFailure(strange.images)?.image.reason, 'UntrustedCertificate');
});

test('labwright mirror sync says what is missing, copies it, and finds it', { skip }, async (t) => {
  const source = await outside(t);
  const target = await startRealRegistry(t, INSIDE);
  const folder = temporary(t);
  writeFileSync(join(folder, 'release.json'), releaseText(source));
  writeFileSync(join(folder, 'ca.pem'), target.ca);
  writeFileSync(join(folder, 'outside.pem'), source.ca);
  writeFileSync(join(folder, 'auth.json'), authFile(source, target, OUTSIDE));
  const labwright = (...args: readonly string[]) => {
    const all = [
      'mirror',
      'sync',
      join(folder, 'release.json'),
      '--registry',
      target.host,
      '--ca',
      join(folder, 'ca.pem'),
      '--authfile',
      join(folder, 'auth.json'),
    ];
    const child = spawnAsync([process.execPath, join(packageRoot(), 'bin/labwright.js'), ...all, ...args], { SSL_CERT_FILE: join(folder, 'outside.pem') });
    return child;
  };
  const dry = await labwright('--dry-run');
  assert.deepEqual([dry.exitCode, dry.stdout], [1, `${COUNT} missing\n`]);
  const done = await labwright();
  assert.deepEqual([done.exitCode, done.stdout], [0, `${COUNT} copied; 92 B\n`], done.stderr);
  assert.match(done.stderr, /^23\/23 copied {3}release tag 127\.0\.0\.1:\d+\/openshift-release-dev\/ocp-release:4\.18\.1-x86_64 4 B$/m);
  const again = JSON.parse((await labwright('--json')).stdout) as { readonly images: readonly SyncedImage[] };
  assert.ok(again.images.length === COUNT && again.images.every(({ status }) => status === 'present'));
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot(), 'bin/labwright.js'), 'mirror', 'sync', 'nothing.json', '--registry', 'https://r'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 2);
  assert.match(stderr, /--registry https:\/\/r is no host/);
});

const signal = (): AbortSignal => AbortSignal.timeout(60_000);

async function outside(t: TestContext, isTrouble: (url: string) => boolean = () => false): Promise<RealRegistry> {
  const registry = await startWorldRegistry(t, {
    readOnly: true,
    login: { scheme: 'bearer', ...OUTSIDE },
    before(request, response) {
      if (!isTrouble(request.url ?? '')) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  addRelease(registry.store, VERSION, (image) => parseImageReference(image)!.repository);
  return registry;
}

/** The release as a registry on loopback has it. */
function releaseText({ host }: RealRegistry): string {
  return JSON.stringify(syntheticRelease(VERSION)).replaceAll('quay.io/', `${host}/`);
}

function planOf(source: RealRegistry, target: RealRegistry): MirrorPlan {
  const { images, ...plan } = planMirror(readReleaseImages(JSON.stringify(syntheticRelease(VERSION)), 'release'), target.host);
  return { ...plan, images: images.map((image) => ({ ...image, source: image.source.replace('quay.io', source.host) })) };
}

function authFile(source: RealRegistry, target: RealRegistry, login: { readonly username: string; readonly password: string }): string {
  const auth = ({ username, password }: typeof login) => ({ auth: Buffer.from(`${username}:${password}`).toString('base64') });
  return JSON.stringify({ auths: { [source.host]: auth(login), [target.host]: auth(INSIDE) } });
}

async function sync(t: TestContext, source: RealRegistry, target: RealRegistry, plan = planOf(source, target), { outside = OUTSIDE, trusted = true } = {}) {
  const folder = temporary(t);
  const certDir = join(folder, 'certs');
  mkdirSync(certDir);
  if (trusted) writeFileSync(join(certDir, 'ca.crt'), target.ca);
  writeFileSync(join(folder, 'outside.pem'), source.ca);
  const pullSecret = authFile(source, target, outside);
  writeFileSync(join(folder, 'auth.json'), pullSecret);
  const clock = fakeClock();
  const images: SyncedImage[] = [];
  const retries: string[] = [];
  const deps = {
    clock: { ...clock, sleep: () => Promise.resolve() },
    registry: createRegistryClient({ clock, dial: directDial, ca: target.ca, pullSecret }),
    skopeo: (args: readonly string[], options: Parameters<typeof localExec>[1]) =>
      localExec(['skopeo', ...args], { ...options, env: { ...options?.env, SSL_CERT_FILE: join(folder, 'outside.pem') } }),
    authPath: join(folder, 'auth.json'),
    certDir,
  };
  await syncImages(deps, plan, { atOnce: 4, onImage: (image) => void images.push(image), onRetry: (_image, message) => void retries.push(message) }, signal());
  const statuses = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of images) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  return { images, retries, statuses, deps };
}

async function spawnAsync(command: readonly string[], env: Record<string, string>) {
  return localExec(command, { env, okExitCodes: [0, 1, 2] });
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
