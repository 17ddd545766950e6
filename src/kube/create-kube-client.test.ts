import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { systemClock } from '../util/clock.ts';
import { directDial } from '../util/dial.ts';
import { localExec } from '../util/exec.ts';
import { createKubeClient } from './create-kube-client.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject } from './objects.ts';
import { parseKubeconfig, type KubeConfig } from './parse-kubeconfig.ts';
import type { KubeDeps } from './transport.ts';

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

test('a kubeconfig may name a command that gives its token', () => {
  const exec = '{apiVersion: client.authentication.k8s.io/v1, command: oc, args: [get-token], env: [{name: A, value: b}], interactiveMode: Never}';
  const file = `current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://a"}}]\nusers: [{name: u, user: {exec: ${exec}}}]`;
  assert.deepEqual(parseKubeconfig(file).exec, { apiVersion: 'client.authentication.k8s.io/v1', command: 'oc', args: ['get-token'], env: { A: 'b' } });
  assert.throws(() => parseKubeconfig(file.replace('io/v1,', 'io/v1alpha1,')), { code: 'bad_input', message: /users\.0\.user\.exec\.apiVersion/ });
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

test('a watch that is told 429 while the storage of its kind starts is opened again', async (t) => {
  let opened = 0;
  const client = await scripted(t, (request, response) => {
    if (!/watch=true/.test(request.url ?? '')) return reply(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
    if (++opened === 1) return reply(response.setHeader('retry-after', '0'), 429, { reason: 'TooManyRequests', message: 'storage is (re)initializing' });
    response.write(`${JSON.stringify({ type: 'ADDED', object: configMap('a', '2') })}\n`);
  });
  for await (const event of client.watch(kind)) if (event.type === 'added') break;
  assert.equal(opened, 2);
});

test('a server that takes a request and never answers is asked again, and named when it stays silent', async (t) => {
  let asked = 0;
  const slow = await scripted(t, (_, response) => void (++asked > 1 && reply(response, 200, configMap('a', '1'))), { silenceMs: 40 });
  assert.equal((await slow.get({ ...kind, name: 'a' }))?.metadata.name, 'a');
  assert.equal(asked, 2);
  const writes: string[] = [];
  const mute = await scripted(t, (request) => void writes.push(request.method ?? ''), { silenceMs: 40 });
  await assert.rejects(mute.create(configMap('a', '')), { code: 'unreachable', message: /does not answer: it said nothing for too long/ });
  assert.deepEqual(writes, ['POST'], 'a write that may have happened is not sent twice');
});

test('a token that the server takes no more is said to have expired', async (t) => {
  const client = await scripted(t, (_, response) => reply(response, 401, { message: 'Unauthorized' }), {}, { token: 'old' });
  await assert.rejects(client.get({ ...kind, name: 'a' }), { code: 'unauthorized', hint: /has expired.*kubectl/ });
});

test('the token of an exec credential is asked for once, and again when it has expired or is refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-kube-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const calls = join(folder, 'calls');
  // Prints t1, t2, … with what it was told; the third one is good for an hour, the others for no time.
  const script = `n=$(($(cat ${calls} 2>/dev/null | wc -l)+1)); echo "$WHO $KUBERNETES_EXEC_INFO" >> ${calls}
    [ $n = 1 ] && e=2000-01-01T00:00:00Z || e=2999-01-01T00:00:00Z
    echo "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"status\\":{\\"token\\":\\"t$n\\",\\"expirationTimestamp\\":\\"$e\\"}}"`;
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], env: { WHO: 'me' } };
  const tokens: (string | undefined)[] = [];
  let revoked = '';
  const client = await scripted(
    t,
    (request, response) => {
      tokens.push(request.headers.authorization);
      if (request.headers.authorization === revoked) reply(response, 401, {});
      else reply(response, 200, configMap('a', '1'));
    },
    { exec: localExec },
    { exec },
  );
  const get = (): Promise<unknown> => client.get({ ...kind, name: 'a' });
  await get(); // t1 went to discovery, and was over then.
  await get();
  revoked = 'Bearer t2';
  await get();
  assert.deepEqual(tokens, ['Bearer t2', 'Bearer t2', 'Bearer t2', 'Bearer t3']);
  assert.match(readFileSync(calls, 'utf8').split('\n')[0] ?? '', /^me \{"kind":"ExecCredential".*"interactive":false/);
});

test('an exec credential whose command fails, or prints something else, is named without what it printed', async (t) => {
  for (const [script, why] of [
    ['exit 3', /command sh gives no token/],
    ['echo secret-token', /prints is no ExecCredential/],
  ] as const) {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], env: {} };
    const client = await scripted(t, (_, response) => reply(response, 200, {}), { exec: localExec }, { exec });
    await assert.rejects(client.get({ ...kind, name: 'a' }), (error: Error) => {
      assert.match(error.message, why);
      assert.doesNotMatch(error.message, /secret-token/);
      return true;
    });
  }
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
async function scripted(t: TestContext, script: Script, deps: Partial<KubeDeps> = {}, config: Partial<KubeConfig> = {}): Promise<KubeClient> {
  const server = createServer((request, response) => {
    if (request.url === '/api/v1') return reply(response, 200, { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] });
    void text(request).then((body) => script(request, response, body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createKubeClient({ clock: systemClock, dial: directDial, ...deps }, { server: url, ...config });
}
