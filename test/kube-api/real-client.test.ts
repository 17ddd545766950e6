import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { KubeApiError } from '../../src/kube/kube-api-error.ts';
import type { KubeClient, WatchEvent } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { hubDefinitions } from '../../src/rehearsal/definitions/hub-definitions.ts';
import { systemClock } from '../../src/util/clock.ts';
import { directDial } from '../../src/util/dial.ts';
import { TOKENS } from './recorded-scenarios.ts';
import { establishDefinitions } from './real/establish-definitions.ts';
import { ensureRealApiServer } from './real/ensure-real-api-server.ts';
import { noGo } from './real/go-version.ts';
import type { RealApiServer } from './real/start-real-api-server.ts';
import { startRealApiServer } from './real/start-real-api-server.ts';

// On each test, not on the suite: what is skipped is listed by name.
const skip = noGo;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'lab' };

describe('our client holds against a real API server', () => {
  let server: RealApiServer;
  let kube: KubeClient;
  before(async () => {
    if (skip !== false) return;
    server = await startRealApiServer(await ensureRealApiServer(console.log), TOKENS);
    // Verified against the certificate, as for a hub.
    kube = createKubeClient({ clock: systemClock, dial: directDial }, { server: server.url, ca: server.ca, token: 'admin-token' });
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab' } });
  });
  after(() => server?.[Symbol.asyncDispose]());

  test('a write is read, applied over with a readable conflict, forced, patched, and deleted by identity', { skip }, async () => {
    await kube.create(configMap('one', { a: '1' }), { fieldManager: 'other' });
    await assert.rejects(kube.apply(configMap('one', { a: '2' }), { fieldManager: 'us' }), (error) => {
      assert.ok(error instanceof KubeApiError);
      assert.equal(error.status, 409);
      assert.match(error.message, /\.data\.a owned by other/);
      return true;
    });
    const forced = await kube.apply(configMap('one', { a: '2' }), { fieldManager: 'us', force: true });
    const again = await kube.apply(configMap('one', { a: '2' }), { fieldManager: 'us' });
    assert.equal(again.metadata.resourceVersion, forced.metadata.resourceVersion);
    await kube.patch({ ...CONFIG_MAP, name: 'one' }, { data: { b: '3' } }, { type: 'merge' });
    assert.deepEqual((await kube.get({ ...CONFIG_MAP, name: 'one' }))?.['data'], { a: '2', b: '3' });
    await assert.rejects(kube.delete({ ...CONFIG_MAP, name: 'one' }, { uid: 'another' }), { code: 'conflict' });
    assert.equal(await kube.delete({ ...CONFIG_MAP, name: 'one' }, { uid: forced.metadata.uid }), undefined);
    assert.equal(await kube.get({ ...CONFIG_MAP, name: 'one' }), undefined);
  });

  test('a list of several pages is whole', { skip }, async () => {
    const names = Array.from({ length: 501 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((name) => kube.create({ ...configMap(name, {}), metadata: { name, namespace: 'lab', labels: { many: 'yes' } } })));
    const { items } = await kube.list({ ...CONFIG_MAP, labelSelector: 'many=yes' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      names,
    );
  });

  test('a watch reports what is there, that this is all, and every change, until it is left', { skip }, async () => {
    await kube.create(labelled('before'));
    const seen: string[] = [];
    for await (const event of kube.watch({ ...CONFIG_MAP, labelSelector: 'watched=yes' }, AbortSignal.timeout(60_000))) {
      seen.push(event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`);
      await answer(event);
      if (event.type === 'deleted') break;
    }
    assert.deepEqual(seen, ['added before', 'synced', 'added live', 'modified live', 'deleted live']);

    /** Writes only what the event before has shown, so that the order is the server's. */
    async function answer(event: WatchEvent): Promise<void> {
      const ref = { ...CONFIG_MAP, name: 'live' };
      if (event.type === 'synced') await kube.create(labelled('live'));
      else if (event.type === 'added' && event.object.metadata.name === 'live') await kube.patch(ref, { data: { a: '1' } }, { type: 'merge' });
      else if (event.type === 'modified') await kube.delete(ref);
    }
  });

  test("it takes every definition of a rehearsal's hub, and lists each kind although its storage is only starting", { skip }, async () => {
    const definitions = hubDefinitions();
    await establishDefinitions(kube, definitions);
    for (const definition of definitions) {
      const { group, names, versions } = definition['spec'] as Spec;
      const version = versions.find(({ served }) => served)!.name;
      assert.deepEqual((await kube.list({ apiVersion: `${group}/${version}`, kind: names.kind })).items, [], names.kind);
    }
  });
});

interface Spec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

function configMap(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'lab' }, data };
}

function labelled(name: string): KubeObject {
  return { ...configMap(name, {}), metadata: { name, namespace: 'lab', labels: { watched: 'yes' } } };
}
