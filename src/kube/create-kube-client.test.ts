import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { systemClock } from '../util/clock.ts';
import { directDial } from '../util/dial.ts';
import { createKubeClient } from './create-kube-client.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject } from './objects.ts';
import { parseKubeconfig } from './parse-kubeconfig.ts';

type Script = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const kind = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };

test('a kubeconfig gives its current context, and a friendly error when it has none', () => {
  const cluster = '{name: c, cluster: {server: "https://api.hub:6443/", certificate-authority-data: Q0E=}}';
  const file = `current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [${cluster}]\nusers: [{name: u, user: {token: t}}]`;
  assert.deepEqual(parseKubeconfig(file), { server: 'https://api.hub:6443', token: 't', ca: 'CA' });
  assert.throws(() => parseKubeconfig(file.replace('current-context: x', 'current-context: y')), {
    code: 'bad_input',
    message: 'kubeconfig: no context is called y',
  });
});

test('an apply conflict names the other manager and its fields', async (t) => {
  const client = await scripted(t, (request, response) => {
    assert.equal(request.headers['content-type'], 'application/apply-patch+yaml');
    reply(response, 409, { reason: 'Conflict', details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "alpha"', field: '.data.a' }] } });
  });
  await assert.rejects(client.apply(configMap('a', '1'), { fieldManager: 'me' }), (error) => {
    assert.ok(error instanceof KubeApiError);
    assert.equal(error.status, 409);
    assert.match(error.message, /\.data\.a owned by alpha/);
    return true;
  });
});

test('429 is asked again', async (t) => {
  let asked = 0;
  const client = await scripted(t, (_, response) => {
    asked++;
    if (asked === 1) reply(response.setHeader('retry-after', '0'), 429, {});
    else reply(response, 200, configMap('a', '1'));
  });
  assert.equal((await client.get({ ...kind, name: 'a' }))?.metadata.name, 'a');
  assert.equal(asked, 2);
});

test('delete sends the uid as precondition; another uid is a conflict', async (t) => {
  const client = await scripted(t, (_, response, body) => {
    const { preconditions } = JSON.parse(body) as { preconditions: { uid: string } };
    reply(response, preconditions.uid === 'u-a' ? 200 : 409, { kind: 'Status' });
  });
  assert.equal(await client.delete({ ...kind, name: 'a' }, { uid: 'u-a' }), undefined);
  await assert.rejects(client.delete({ ...kind, name: 'a' }, { uid: 'other' }), { code: 'conflict' });
});

test('a watch resumes from a bookmark after a reset and lists again after 410', async (t) => {
  const from: (string | null)[] = [];
  let lists = 0;
  const client = await scripted(t, (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    if (query.get('watch') === null) {
      lists++;
      const items = lists === 1 ? [configMap('a', '1'), configMap('b', '2')] : [configMap('a', '9'), configMap('c', '8')];
      return reply(response, 200, { metadata: { resourceVersion: lists === 1 ? '2' : '9' }, items });
    }
    from.push(query.get('resourceVersion'));
    if (from.length === 1) {
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '5' } } })}\n`);
      setTimeout(() => response.destroy(), 30);
    } else if (from.length === 2) response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })}\n`);
    else response.write(`${JSON.stringify({ type: 'DELETED', object: configMap('c', '10') })}\n`);
  });
  const seen: string[] = [];
  for await (const event of client.watch(kind)) {
    seen.push(event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`);
    if (seen.length === 7) break;
  }
  assert.deepEqual(seen, ['added a', 'added b', 'synced', 'deleted b', 'modified a', 'added c', 'deleted c']);
  assert.deepEqual(from, ['2', '5', '9']);
});

function configMap(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'ns', uid: `u-${name}`, resourceVersion } };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A server that answers discovery itself and leaves the rest to the script. */
async function scripted(t: TestContext, script: Script): Promise<KubeClient> {
  const server = createServer((request, response) => {
    if (request.url === '/api/v1') return reply(response, 200, { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] });
    void text(request).then((body) => script(request, response, body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return createKubeClient({ clock: systemClock, dial: directDial }, { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
