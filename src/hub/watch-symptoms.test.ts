import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterObjects } from './cluster-objects.ts';
import type { FailFastRule } from './fail-fast.ts';
import { createSymptomWatch } from './watch-symptoms.ts';

const nothing: ClusterObjects = {
  clusterInstance: undefined,
  agentClusterInstall: undefined,
  clusterDeployment: undefined,
  managedCluster: undefined,
  infraEnvs: [],
  hosts: [],
  agents: [],
};
const symptom = { object: 'Thing/a', condition: 'Well', reason: 'Ill', message: 'it hurts' };

function watchOf(rule: Partial<FailFastRule>): {
  readonly at: (nowMs: number, ill: boolean) => string;
  readonly diagnose: ReturnType<typeof createSymptomWatch<ClusterObjects>>;
} {
  let ill = true;
  const diagnose = createSymptomWatch<ClusterObjects>([
    { id: 'r', sees: () => (ill ? [symptom] : []), tolerateMs: 1000, cause: 'it fell', hint: 'rest', ...rule },
  ]);
  const at = (nowMs: number, now: boolean): string => {
    ill = now;
    return diagnose(nothing, nowMs).status;
  };
  return { at, diagnose };
}

test('a symptom is believed when it has lasted long enough', () => {
  const { at } = watchOf({});
  assert.deepEqual([at(0, true), at(999, true), at(1000, true)], ['waiting', 'waiting', 'refused']);
});

test('a symptom that goes away starts anew', () => {
  const { at } = watchOf({});
  assert.deepEqual([at(0, true), at(900, false), at(1100, true), at(2000, true)], ['waiting', 'waiting', 'waiting', 'waiting']);
});

test('a symptom that keeps coming back is believed by its count', () => {
  const { at } = watchOf({ times: 2 });
  assert.deepEqual([at(0, true), at(100, true), at(200, false), at(300, true)], ['waiting', 'waiting', 'waiting', 'refused']);
});

test('the watch says when to look again, and what another object adds to the hint', () => {
  assert.deepEqual(watchOf({}).diagnose(nothing, 0), { status: 'waiting', againMs: 1000 });
  const refused = watchOf({ tolerateMs: 0, sees: () => [{ ...symptom, because: 'the other one fell' }] }).diagnose(nothing, 0);
  assert.equal(refused.status === 'refused' && refused.hint, 'the other one fell; rest');
});
