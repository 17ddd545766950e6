import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import { objectPath } from '../../src/kube/objects.ts';
import { admitClusterInstance } from '../../src/render/siteconfig/admit-cluster-instance.ts';
import { siteconfigControllers } from '../../src/rehearsal/controllers/siteconfig/siteconfig-controllers.ts';
import { startHub, type HubHarness } from './hub-harness.ts';
import { clearCase, replaySiteconfig, type Replayed } from './replay-siteconfig.ts';
import { CUSTOM_TEMPLATES, recordedCases, type RecordedCase } from './siteconfig-recordings.ts';

const { cases, skip } = recordedCases();
const CRDS = [
  'siteconfig.open-cluster-management.io/clusterinstances',
  ...['agentclusterinstalls', 'imageclusterinstalls'].map((plural) => `extensions.hive.openshift.io/${plural}`),
  ...['clusterdeployments', 'clusterimagesets'].map((plural) => `hive.openshift.io/${plural}`),
  ...['infraenvs', 'nmstateconfigs'].map((plural) => `agent-install.openshift.io/${plural}`),
  'cluster.open-cluster-management.io/managedclusters',
  'agent.open-cluster-management.io/klusterletaddonconfigs',
  'metal3.io/baremetalhosts',
];
/** The 60 s of a wave are real, everything below some seconds is not (recorded/README.md). */
const TOLERANCE_MS = 3000;

let hub: HubHarness;
before(async () => {
  if (skip) return;
  hub = await startHub({ crds: CRDS, admit: (request) => Promise.resolve(admitClusterInstance(request)) });
  await hub.run(siteconfigControllers);
});
after(() => hub?.close());

if (skip) test('the siteconfig controller does what the real operator did', { skip }, () => undefined);
for (const recorded of cases) {
  if (recorded.refusals) continue;
  if (CUSTOM_TEMPLATES.has(recorded.case)) continue;
  test(`does what the real operator did: ${recorded.case}`, async () => {
    const replayed = await replaySiteconfig(hub, recorded);
    await clearCase(hub);
    assertAnswers(recorded, replayed);
    assertConditions(recorded, replayed);
    assertObjects(recorded, replayed);
    assertDeletions(recorded, replayed);
    const generations = recorded.metadataTimeline.flatMap(({ observedGeneration }) => (observedGeneration === undefined ? [] : [observedGeneration]));
    assert.deepEqual(replayed.observedGenerations, generations);
    const gone = recorded.metadataTimeline.some(({ event }) => event === 'DELETED');
    assert.equal(replayed.instance === undefined, gone);
    if (recorded.secondStatus !== undefined) assert.deepEqual(comparable(replayed.second?.['status']), comparable(recorded.secondStatus));
    if (!gone) assert.deepEqual(comparable(replayed.instance!['status'] ?? {}), comparable(recorded.finalStatus));
  });
}

test('the cases left out need templates other than the operator’s own, and are there', { skip }, (t) => {
  const names = cases.map((recorded) => recorded.case);
  for (const name of CUSTOM_TEMPLATES) assert.ok(names.includes(name), name);
  t.diagnostic(`not rendered here: ${[...CUSTOM_TEMPLATES].join(', ')}`);
});

for (const refusal of cases.find(({ refusals }) => refusals)?.refusals ?? []) {
  if (refusal.status === 422) continue; // The schema's business: the API server's own tests have it.
  test(`creation is answered as by the real operator: ${refusal.name}`, () => {
    const object = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance', metadata: {}, spec: refusal.spec };
    const denial = admitClusterInstance({ operation: 'CREATE', object, oldObject: undefined, resource: { kind: 'ClusterInstance' } });
    const message = denial && `admission webhook "${denial.webhook}" denied the request: ${denial.message}`;
    assert.deepEqual([denial?.code ?? 201, message], [refusal.status, refusal.message]);
  });
}

function assertAnswers(recorded: RecordedCase, { answers }: Replayed): void {
  assert.deepEqual(
    answers,
    (recorded.actions ?? []).map(({ responseStatus, response }) => ({ status: responseStatus, message: response?.message })),
  );
}

function assertConditions(recorded: RecordedCase, { conditions }: Replayed): void {
  const expected: Record<string, string[]> = {};
  for (const { type, status, reason, message } of recorded.conditionTimeline) (expected[type] ??= []).push(`${status} ${reason} | ${message}`);
  assert.deepEqual(conditions, expected);
}

/** What the operator sent is there, what the server adds of itself is there, and nothing else. */
function assertObjects(recorded: RecordedCase, { snapshots }: Replayed): void {
  const expected = new Map((recorded.rendered ?? []).map((object) => [objectPath(object), object]));
  for (const [index, snapshot] of snapshots.entries()) {
    const change = index === 0 ? undefined : recorded.laterSnapshots?.[index - 1];
    for (const object of change?.changedOrNew ?? []) expected.set(objectPath(object), object);
    for (const path of change?.gone ?? []) expected.delete(path);
    assert.deepEqual([...snapshot.keys()].toSorted(), [...expected.keys()].toSorted(), `objects of snapshot ${index}`);
    for (const [path, object] of expected)
      assert.deepEqual(sent(snapshot.get(path)!), withDefaults(object, recorded.storedDefaults?.[path] ?? {}), `${path} in snapshot ${index}`);
  }
}

function sent({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec: given }: KubeObject): unknown {
  const { installed: _ofHive, ...spec } = given as Record<string, unknown>;
  return JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec }));
}

function withDefaults(object: KubeObject, defaults: Readonly<Record<string, unknown>>): unknown {
  const copy = sent(object) as Record<string, unknown>;
  for (const [pointer, value] of Object.entries(defaults)) {
    // Written by the actions: hive's and the host operator's.
    if (['/spec/installed', '/metadata/finalizers'].includes(pointer)) continue;
    const keys = pointer.slice(1).split('/');
    const last = keys.pop()!;
    let at = copy;
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return copy;
}

function assertDeletions(recorded: RecordedCase, { deletions }: Replayed): void {
  const expected = recorded.objectTimeline.filter(({ event }) => event === 'DELETED').map(({ t_ms, kind, name }) => ({ object: `${kind}/${name}`, t_ms }));
  assert.deepEqual(deletions.map(({ object }) => object).toSorted(), expected.map(({ object }) => object).toSorted());
  for (const { object, t_ms } of expected) {
    const seen = deletions.find((one) => one.object === object)!;
    assert.ok(Math.abs(seen.t_ms - t_ms) < TOLERANCE_MS, `${object} went at ${seen.t_ms} ms, recorded at ${t_ms} ms`);
  }
}

/** A status without times, its conditions in order of type. */
function comparable(status: unknown): unknown {
  const timeless = JSON.stringify(status).replaceAll(/"\d{4}-\d\d-\d\dT[\d:]+Z"/g, '"<time>"');
  return JSON.parse(timeless, (key, value: unknown) =>
    key === 'conditions' ? (value as { type: string }[]).toSorted((a, b) => (a.type < b.type ? -1 : 1)) : value,
  );
}
