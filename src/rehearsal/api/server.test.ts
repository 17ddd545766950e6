import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKubeClient } from '../../kube/create-kube-client.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { parseKubeconfig } from '../../kube/parse-kubeconfig.ts';
import { systemClock } from '../../util/clock.ts';
import { directDial } from '../../util/dial.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import { noTraffic, PARTICIPANT_HEADER } from '../clock/traffic.ts';
import { makeClusterCertificates } from './access/cluster-certificates.ts';
import { adminKubeconfig } from './access/admin-kubeconfig.ts';
import type { Mutation } from './exchange.ts';
import { serveApi } from './server.ts';
import type { ApiDeps, ApiServer } from './server.ts';

const ADMIN = { token: 'admin-token', user: 'admin', uid: 'admin', groups: ['system:masters'] };

async function served(t: TestContext, deps: Partial<ApiDeps> = {}): Promise<ApiServer> {
  const server = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: [ADMIN], ...deps }, 0);
  t.after(() => server.close());
  return server;
}

function client(kubeconfig: string, headers: Record<string, string> = {}): KubeClient {
  return createKubeClient({ clock: systemClock, dial: directDial, headers }, parseKubeconfig(kubeconfig));
}

function configMap(name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

test('a client certificate of the cluster’s CA with O=system:masters may do everything; without one nothing but health', async (t) => {
  const certificates = await makeClusterCertificates('hub', { host: '127.0.0.1', port: 6443 });
  const server = await served(t, { tls: { ...certificates, clientCa: certificates.ca } });
  const known = parseKubeconfig(certificates.kubeconfig);
  assert.ok(known.clientCertificate !== undefined && known.clientKey !== undefined);
  const admin = client(adminKubeconfig(server, { clientCertificate: known.clientCertificate, clientKey: known.clientKey }));
  assert.equal((await admin.create(configMap('c'))).metadata.name, 'c');

  const other = await makeClusterCertificates('other', { host: '127.0.0.1', port: 6443 });
  const stranger = parseKubeconfig(other.kubeconfig);
  const nobody = client(adminKubeconfig(server, { clientCertificate: stranger.clientCertificate ?? '', clientKey: stranger.clientKey ?? '' }));
  await assert.rejects(nobody.create(configMap('d')), /User "system:anonymous" cannot/);
  assert.equal((await nobody.raw('GET', '/readyz')).status, 200);
});

test('every mutating request is told, with who asked and for which step', async (t) => {
  const told: Mutation[] = [];
  const server = await served(t, { onMutation: (mutation) => told.push(mutation) });
  const kube = client(adminKubeconfig(server, { token: ADMIN.token }), { [CAUSE_HEADER]: 'install/apply', [PARTICIPANT_HEADER]: 'agent' });
  await kube.create(configMap('c'));
  await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'c' });
  await assert.rejects(kube.create(configMap('c')));
  const seen = told.map(({ method, path, user, cause, participant, status }) => ({ method, path, user, cause, participant, status }));
  const common = { method: 'POST', path: '/api/v1/namespaces/default/configmaps', user: 'admin', cause: 'install/apply', participant: 'agent' };
  assert.deepEqual(seen, [
    { ...common, status: 201 },
    { ...common, status: 409 },
  ]);
});

test('an admission hook refuses in a webhook’s words, after validation and for dry runs too', async (t) => {
  const denial = { webhook: 'check.lab.example', message: 'not here', code: 403, reason: 'Forbidden' };
  const server = await served(t, { admit: ({ object }) => Promise.resolve(object?.['data'] === undefined ? undefined : denial) });
  const kube = client(adminKubeconfig(server, { token: ADMIN.token }));
  await assert.rejects(kube.create(configMap('c', { a: 'b' }), { dryRun: true }), {
    status: 403,
    message: /admission webhook "check.lab.example" denied the request: not here/,
  });
  await assert.rejects(kube.create(configMap('c', { 'bad key': 'b' })), { status: 422 });
  const { data: _data, ...empty } = configMap('c');
  assert.equal((await kube.create(empty)).metadata.name, 'c');
});

test('uids and generated names come from the given source: one seed gives one story', async (t) => {
  const story = async (): Promise<unknown> => {
    let count = 0;
    const server = await served(t, { randomUuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}` });
    const kube = client(adminKubeconfig(server, { token: ADMIN.token }));
    const { name: _name, ...metadata } = configMap('').metadata;
    const answer = await kube.raw('POST', '/api/v1/namespaces/default/configmaps', { ...configMap(''), metadata: { ...metadata, generateName: 'c-' } });
    const { name, uid } = (answer.body as KubeObject).metadata;
    return { name, uid };
  };
  assert.deepEqual(await story(), await story());
});

test('a port that is taken is an error that says so', async (t) => {
  const server = await served(t);
  const port = Number(new URL(server.url).port);
  await assert.rejects(serveApi({ clock: systemClock, traffic: noTraffic, tokens: [] }, port), { code: 'refused', message: new RegExp(`127.0.0.1:${port}`) });
});
