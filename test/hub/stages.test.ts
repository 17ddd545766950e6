// What each stage of an installation waits for, on observed sequences: it must be met once, in order, and say why until then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterObjects } from '../../src/hub/cluster-objects.ts';
import { installed } from '../../src/hub/cluster-instance/install-cluster.ts';
import { provisioned } from '../../src/hub/cluster-instance/provision-hosts.ts';
import { started } from '../../src/hub/cluster-instance/release-cluster-instance.ts';
import { validated } from '../../src/hub/cluster-instance/validate-hosts.ts';
import type { Stage } from '../../src/hub/follow-cluster.ts';
import { replayRecording, skip } from './recorded-objects.ts';

interface Course {
  /** When it was first met. */
  readonly metAtMs: number | undefined;
  readonly waits: readonly string[];
  readonly percents: readonly number[];
}

function courseOf(file: string, stage: (objects: ClusterObjects) => Stage<unknown>): Course {
  const waits: string[] = [];
  const percents: number[] = [];
  for (const { atMs, objects } of replayRecording(file, 'spoke')) {
    const now = stage(objects);
    if ('met' in now) return { metAtMs: atMs, waits, percents };
    const wait = `${now.on.object} ${now.on.condition} ${now.on.reason}`;
    if (waits.at(-1) !== wait) waits.push(wait);
    if (now.percent !== undefined) percents.push(now.percent);
  }
  return { metAtMs: undefined, waits, percents };
}

const integrated = 'assisted/integrated-sno.json';
const host = ['master-0'];

test('a host is waited for in the words of its BareMetalHost, until it is provisioned', { skip }, () => {
  const course = courseOf(integrated, (objects) => provisioned('spoke-ns', host, objects));
  assert.equal(course.metAtMs, 369_637);
  assert.deepEqual(course.waits.slice(-2), [
    'BareMetalHost/spoke-ns/master-0 Manageable Registering',
    'BareMetalHost/spoke-ns/master-0 Provisioned NotProvisioned',
  ]);
});

test('hosts are valid only after their agents are, and the cluster with them', { skip }, () => {
  const course = courseOf(integrated, (objects) => validated('spoke', host, objects));
  assert.equal(course.metAtMs, 383_754);
  assert.deepEqual(course.waits.at(-1), 'AgentClusterInstall/spoke/spoke Validated ValidationsFailing');
  assert.ok(course.waits.includes('Agent/spoke-ns/<host-master-0> Validated ValidationsFailing'));
});

test('a held installation starts when the hold is taken away, not before', { skip }, () => {
  const course = courseOf('assisted/sno-hold-installation.json', (objects) => started('spoke', objects));
  assert.equal(course.metAtMs, 48_593);
  assert.equal(course.waits.at(-1), 'AgentClusterInstall/spoke/spoke Completed InstallationOnHold');
});

for (const file of [integrated, 'assisted/compact-success.json', 'assisted/standard-success.json']) {
  test(`an installation is over at Completed True, and its progress is the service's: ${file}`, { skip }, () => {
    const { metAtMs, percents } = courseOf(file, (objects) => installed('spoke', objects));
    assert.ok(metAtMs);
    assert.ok(percents.includes(10) && percents.at(-1)! >= 95, String(percents));
  });
}

for (const file of ['assisted/sno-fail-writing-image.json', 'assisted/timeout-writing-image.json', 'assisted/standard-worker-fails.json']) {
  test(`a failed installation is never taken for a finished one: ${file}`, { skip }, () => {
    assert.equal(courseOf(file, (objects) => installed('spoke', objects)).metAtMs, undefined);
  });
}
