import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import { systemClock } from '../../src/util/clock.ts';
import { adminKubeconfig } from '../../src/rehearsal/api/access/admin-kubeconfig.ts';
import { serveApi } from '../../src/rehearsal/api/server.ts';
import type { ApiServer } from '../../src/rehearsal/api/server.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { hubDefinitions } from '../../src/rehearsal/definitions/hub-definitions.ts';
import { installDefinitions } from '../../src/rehearsal/definitions/install-definitions.ts';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared');
const recorded = join(process.env['LABWRIGHT_RECORDED'] ?? join(shared, 'recorded'), 'siteconfig');
const crds = join(shared, 'crds');
const skip = (existsSync(crds) && existsSync(recorded)) || process.env['CI'] === 'true' ? false : 'no real definitions beside the repository';

/** What each kind is called and where it lives. */
function identity({ metadata, spec }: KubeObject): unknown {
  const { group, names, scope, versions } = spec as { group: string; names: object; scope: string; versions: { name: string; subresources?: object }[] };
  const ours = ['apiVersion', 'kind', 'plural', 'singular', 'listKind', 'shortNames'];
  const called = Object.fromEntries(Object.entries(names).filter(([key]) => ours.includes(key)));
  return { name: metadata.name, group, scope, called, versions: versions.map(({ name, subresources }) => ({ name, parts: Object.keys(subresources ?? {}) })) };
}

test('our definitions name, place and version every kind as the real ones do', { skip }, () => {
  const real = new Map(hubDefinitions(crds).map((one) => [one.metadata.name, one]));
  const shared = hubDefinitions().filter((one) => !isOldVersionOfOurs(one));
  for (const one of shared) assert.deepEqual(identity(one), identity(real.get(one.metadata.name) ?? one));
});

test('no kind of a hub is defined twice', () => {
  const names = hubDefinitions().map(({ metadata }) => metadata.name);
  assert.deepEqual(names, [...new Set(names)]);
});

/** The real one also serves a version nobody uses. */
function isOldVersionOfOurs(definition: KubeObject): boolean {
  return definition.metadata.name === 'operatorgroups.operators.coreos.com';
}

const servers: ApiServer[] = [];
let ours: KubeClient;
let real: KubeClient;
before(async () => {
  if (skip !== false) return;
  ours = await served(hubDefinitions());
  real = await served(hubDefinitions(crds));
});
after(() => Promise.all(servers.map((server) => server.close())));

async function served(definitions: readonly KubeObject[]): Promise<KubeClient> {
  const admin = { token: 'admin', user: 'admin', uid: 'admin', groups: ['system:masters'] };
  const server = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: [admin], randomUuid: () => '00000000-0000-4000-8000-000000000000' }, 0);
  servers.push(server);
  installDefinitions(server, definitions);
  return createKubeClient({ clock: systemClock, dial: (endpoint) => Promise.resolve(endpoint) }, parseKubeconfig(adminKubeconfig(server, { token: 'admin' })));
}

/** What the real operator wrote, and what it was given. */
function recordedObjects(): { readonly from: string; readonly object: KubeObject }[] {
  return readdirSync(recorded).flatMap((file) => {
    const { inputs = [], rendered = [] } = JSON.parse(readFileSync(join(recorded, file), 'utf8')) as { inputs?: KubeObject[]; rendered?: KubeObject[] };
    return [...inputs, ...rendered].filter((object) => object.apiVersion.includes('.')).map((object) => ({ from: file, object }));
  });
}

test('what the real operator is given and writes is stored with the same defaults under our definitions', { skip }, async () => {
  for (const { from, object } of recordedObjects()) {
    const [a, b] = await Promise.all([stored(ours, object), stored(real, object)]);
    assert.deepEqual(a, b, `${object.kind}/${object.metadata.name} of ${from}`);
  }
});

async function stored(kube: KubeClient, object: KubeObject): Promise<unknown> {
  const { namespace } = object.metadata;
  if (namespace !== undefined) await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' });
  const { metadata, ...rest } = await kube.apply(object, { fieldManager: 'test', force: true, dryRun: true });
  return {
    ...rest,
    labels: metadata.labels,
    annotations: metadata.annotations,
    managedFields: (metadata.managedFields as object[]).map((one) => ({ ...one, time: '' })),
  };
}
