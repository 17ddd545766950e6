import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { SiteconfigCase } from '../../src/rehearsal/replay/siteconfig/recording.ts';
import { recordedCases } from '../controllers/siteconfig-recordings.ts';
import { labFolder, labwright, type Ended } from './labwright.ts';

interface Answer {
  readonly objects: readonly KubeObject[];
  readonly refused?: { readonly stage: string; readonly code?: number; readonly condition?: string; readonly message: string };
}

const STAGES: Readonly<Record<string, string>> = {
  ClusterInstanceValidated: 'validation',
  RenderedTemplates: 'render',
  RenderedTemplatesValidated: 'dry-run',
};

/** Recorded after a later write of the spec: that one is expanded, and one object was written a second time, out of order. */
const LATER_SPEC = new Set(['provisioned-adopted', 'reinstall-while-held']);

const { cases, skip } = recordedCases();
const refusals = cases.find((one) => one.refusals !== undefined);
if (skip) test('a ClusterInstance becomes what the recorded operator made of it', { skip }, () => undefined);

for (const recorded of cases) {
  if (recorded.refusals) continue;
  // No condition at all: a template is missing, which the operator only logs.
  if (recorded.conditionTimeline.length === 0) continue;
  const failed = firstFailure(recorded);
  if (failed === undefined) {
    test(`becomes what the recorded operator applied: ${recorded.case}`, (t) => {
      const { status, answer } = expand(t, LATER_SPEC.has(recorded.case) ? withFinalSpec(recorded) : recorded.inputs);
      assert.deepEqual([status, answer.refused], [0, undefined]);
      assert.deepEqual(answer.objects, LATER_SPEC.has(recorded.case) ? inOrder(recorded.rendered!) : recorded.rendered);
    });
  } else {
    test(`stops where the recorded operator stopped: ${recorded.case}`, (t) => {
      const { status, answer } = expand(t, recorded.inputs);
      const { type, message } = failed;
      assert.deepEqual(answer, { objects: [], refused: { stage: STAGES[type], condition: type, message } });
      assert.equal(status, 1);
    });
  }
}

for (const name of ['missing-template', 'missing-template-node']) {
  test(`a template that is not there is named: ${name}`, { skip }, (t) => {
    const { status, answer } = expand(t, caseNamed(name).inputs);
    const message = 'ConfigMap "gone" not found in namespace open-cluster-management';
    assert.deepEqual([status, answer], [1, { objects: [], refused: { stage: 'validation', message } }]);
  });
}

for (const refusal of refusals?.refusals ?? []) {
  test(`creation is answered as by the real API server and webhook: ${refusal.name}`, (t) => {
    const inputs = refusals!.inputs.map((object) => (object.kind === 'ClusterInstance' ? { ...object, spec: refusal.spec } : object));
    const { status, stderr, answer } = expand(t, inputs);
    if (refusal.status === 201) assert.notEqual(answer.refused?.stage, 'admission');
    else assert.deepEqual([status, answer], [1, { objects: [], refused: { stage: 'admission', code: refusal.status, message: refusal.message } }]);
    const warning = /^299 - "(.*)"$/.exec(refusal.warning ?? '')?.[1]?.replaceAll('\\"', '"');
    assert.equal(stderr, warning === undefined ? '' : `warning: ${warning}\n`);
  });
}

test('the operator’s templates for hosted installation are refused by name', { skip }, (t) => {
  const hosted = caseNamed('image-based').inputs.map((object) => JSON.parse(JSON.stringify(object).replaceAll('"ibi-', '"hcp-')) as KubeObject);
  const { status, answer } = expand(t, hosted);
  assert.deepEqual([status, answer.refused?.stage, answer.refused?.condition], [1, 'render', 'RenderedTemplates']);
  assert.match(answer.refused?.message ?? '', /not open-cluster-management\/hcp-cluster-templates-v1, open-cluster-management\/hcp-node-templates-v1$/);
});

test('documents, a List and several files are the same to it', { skip }, (t) => {
  const { inputs, rendered } = caseNamed('sno-static');
  const list = { apiVersion: 'v1', kind: 'List', items: inputs.slice(0, 2) };
  const documents = inputs.slice(2).map((object) => stringify(object));
  const folder = labFolder(t, { 'list.yml': stringify(list), 'documents.yml': `# our spoke\n---\n${documents.join('---\n')}---\n` });
  const { status, stdout } = labwright('clusterinstance', 'expand', join(folder.path, 'list.yml'), join(folder.path, 'documents.yml'), '--json');
  assert.equal(status, 0);
  assert.deepEqual((JSON.parse(stdout) as Answer).objects, rendered);
});

function caseNamed(name: string): SiteconfigCase {
  return cases.find((one) => one.case === name)!;
}

/** Later conditions follow from later writes of the recording: only what came before anything was applied counts. */
function firstFailure({ conditionTimeline }: SiteconfigCase): SiteconfigCase['conditionTimeline'][number] | undefined {
  const applied = conditionTimeline.findIndex(({ type, status }) => type === 'RenderedTemplatesApplied' && status === 'True');
  const before = applied < 0 ? conditionTimeline : conditionTimeline.slice(0, applied);
  return before.find(({ type, status }) => type in STAGES && status === 'False');
}

function withFinalSpec({ inputs, finalSpec }: SiteconfigCase): readonly KubeObject[] {
  return inputs.map((object) => (object.kind === 'ClusterInstance' ? { ...object, spec: finalSpec } : object));
}

function inOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  const wave = ({ metadata }: KubeObject): number => Number(metadata.annotations?.['siteconfig.open-cluster-management.io/sync-wave']);
  return objects.toSorted((a, b) => wave(a) - wave(b) || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
}

/** The command, as a user calls it on one file with these objects. */
function expand(t: TestContext, objects: readonly unknown[]): Ended & { readonly answer: Answer } {
  const folder = labFolder(t, { 'all.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) });
  const ended = labwright('clusterinstance', 'expand', join(folder.path, 'all.json'), '--json');
  return { ...ended, answer: JSON.parse(ended.stdout) as Answer };
}

const INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance', metadata: { name: 'sno1', namespace: 'sno1' } };

test('input that cannot be read is a mistake, told where it is', (t) => {
  const { path } = labFolder(t, {
    'syntax.yml': 'apiVersion: v1\nkind: Secret\n---\nmetadata: [\n',
    'nameless.yml': 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {namespace: sno1}\n',
    'text.yml': 'just words\n',
    'secret.yml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\n',
    'two.json': JSON.stringify([INSTANCE, INSTANCE]).slice(1, -1).replace('},{', '}\n---\n{'),
    'version.json': JSON.stringify({ ...INSTANCE, apiVersion: 'siteconfig.open-cluster-management.io/v1' }),
  });
  const mistake = (name: string): string => {
    const { status, stdout, stderr } = labwright('clusterinstance', 'expand', join(path, name), '--json');
    assert.deepEqual([status, stdout], [2, ''], name);
    return stderr.split('\n')[0]!.replace(`${path}/`, '');
  };
  assert.match(mistake('syntax.yml'), /^syntax\.yml:5:1: /);
  assert.equal(mistake('nameless.yml'), 'nameless.yml:6:13: this Kubernetes object needs a text in metadata.name');
  assert.equal(mistake('text.yml'), 'text.yml:1:1: this is no Kubernetes object');
  assert.equal(mistake('secret.yml'), 'there is no ClusterInstance in the files');
  assert.equal(mistake('two.json'), 'two.json:3:1: this is a second ClusterInstance, beside sno1');
  assert.equal(mistake('version.json'), 'version.json:1:1: ClusterInstance has no version siteconfig.open-cluster-management.io/v1');
  assert.equal(mistake('absent.yml'), 'absent.yml: there is no such file');
});

test('without --json the objects are YAML documents', { skip }, (t) => {
  const { inputs, rendered } = caseNamed('three-plus-two');
  const { path } = labFolder(t, { 'all.json': JSON.stringify({ kind: 'List', items: inputs }) });
  const { status, stdout } = labwright('clusterinstance', 'expand', join(path, 'all.json'));
  assert.equal(status, 0);
  assert.deepEqual(
    parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as unknown),
    rendered,
  );
});

test('without --json a refusal is on stderr', (t) => {
  const { path } = labFolder(t, { 'sno1.json': JSON.stringify({ ...INSTANCE, spec: {} }) });
  const { status, stdout, stderr } = labwright('clusterinstance', 'expand', join(path, 'sno1.json'));
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^refused \(admission 422\): ClusterInstance\.siteconfig\.open-cluster-management\.io "sno1" is invalid: /);
});

test('help shows examples', () => {
  const { status, stdout } = labwright('clusterinstance', 'expand', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /labwright clusterinstance expand sno1\.yml/);
});
