// A job that failed, explained from outside: from the control server, and from the file the job left.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { dataDir, startLabwright } from '../up/up-process.ts';
import { labwright } from './labwright.ts';

const INSTALL = '- {name: sno1-install, stage: install, topic: OCP-4.18, components: [ocp], action: install, cluster: sno1}\n';
const PULL_SECRET = /auths/;

test('cluster explain goes from the failed job to the object, its message, the cause and the next command', async (t) => {
  const folder = dataDir(t);
  const pipeline = join(folder, 'install.yml');
  writeFileSync(pipeline, INSTALL);
  const data = join(folder, 'data');
  const args = ['--lab', join(packageRoot(), 'examples/pretty-lab'), '--fault', 'bmc-password', '--data', data, '--port', '0'];
  const up = startLabwright(t, ['up', '--rehearse', pipeline, ...args]);
  const [, server = ''] = await up.printed(/job page +(http:\/\/127\.0\.0\.1:\d+)/);
  await up.printed(/The server stays up/);

  const explain = (...more: string[]) => labwright('cluster', 'explain', ...more);
  const told = explain('sno1', '--server', server, '--data', data);
  assert.equal(told.status, 0, told.stderr);
  assert.match(told.stdout, /^job sno1-install of install: failure, at "Boot the hosts of sno1/m);
  assert.match(told.stdout, /^ {2}failed on {2}BareMetalHost\/sno1\/master-0 Manageable: RegistrationFailed$/m);
  assert.match(told.stdout, /^✖ BareMetalHost\/sno1\/master-0 .*since \d{4}-/m);
  assert.equal(told.stdout.match(/returned code 401/g)?.length, 1, 'the message stands once');
  assert.match(told.stdout, /^ {2}next +oc get secret -n sno1$/m);

  const answer = JSON.parse(explain('sno1', '--server', server, '--data', data, '--json').stdout) as {
    readonly job: { readonly status: string };
    readonly findings: readonly { readonly rule: string }[];
  };
  assert.equal(answer.job.status, 'failure');
  assert.equal(answer.findings[0]?.rule, 'bmc-credentials');

  const files = await filesOf(server, data);
  assert.deepEqual(Object.keys(files), ['conditions.jsonl', 'events.json', 'objects.yaml']);
  assert.match(files['objects.yaml'] ?? '', /^kind: BareMetalHost$/m);
  assert.doesNotMatch(files['objects.yaml'] ?? '', PULL_SECRET);
  assert.doesNotMatch(files['objects.yaml'] ?? '', /^kind: Secret$/m);
  const events = JSON.parse(files['events.json'] ?? '') as readonly { readonly name: string }[];
  assert.equal(events[0]?.name, 'cluster_registration_succeeded');
  const timeline = (files['conditions.jsonl'] ?? '').trim().split('\n');
  assert.ok(timeline.some((line) => line.includes('"condition":"provisioning.state","status":"registering"')));

  const left = join(folder, 'objects.yaml');
  writeFileSync(left, files['objects.yaml'] ?? '');
  assert.match(explain('sno1', '--objects', left).stdout, /^✖ BareMetalHost\/sno1\/master-0/m);

  const unknown = explain('sno9', '--server', server, '--data', data);
  assert.deepEqual([unknown.status, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /no trace of a cluster sno9\nhint: /);
  await up.stop('SIGTERM');
  const gone = explain('sno1', '--server', server, '--data', data);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /no answer from the control server/);
});

/** The files of the only job, by name, as DCI's clients get them. */
async function filesOf(server: string, data: string): Promise<Record<string, string>> {
  const headers = { authorization: `Basic ${Buffer.from(`admin:${readFileSync(join(data, 'admin-password'), 'utf8').trim()}`).toString('base64')}` };
  const get = (path: string): Promise<Response> => fetch(`${server}/api/v1${path}`, { headers });
  const { jobs } = (await (await get('/jobs')).json()) as { readonly jobs: readonly { readonly id: string }[] };
  const { files } = (await (await get(`/jobs/${jobs[0]?.id}/files?sort=name`)).json()) as { readonly files: readonly { id: string; name: string }[] };
  const kept = files.filter(({ name }) => name !== 'labwright.log');
  const contents = await Promise.all(kept.map(async ({ id, name }) => [name, await (await get(`/files/${id}/content`)).text()] as const));
  return Object.fromEntries(contents);
}
