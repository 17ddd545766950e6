import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noClaims, type ClaimsFile } from '../lab/claims/claims-file.ts';
import { examplePlan } from '../render/example-plan.test-data.ts';
import { resetTargets } from './reset-targets.ts';

const none = noClaims('example');

function claimedBy(by: string): ClaimsFile {
  return { ...none, fence: 1, clusters: { c1: { claimed: true, fence: 1, at: '2026-01-01T00:00:00.000Z', by } } };
}

test('a cluster means its VMs, a machine itself', () => {
  assert.deepEqual(
    resetTargets(examplePlan, none, 'c1').map(({ name }) => name),
    ['c1-master-0', 'c1-master-1', 'c1-master-2'],
  );
  assert.deepEqual(
    resetTargets(examplePlan, claimedBy('root@jump'), 'c1-master-1').map(({ name }) => name),
    ['c1-master-1'],
  );
});

test('what a job or another cluster holds is refused, with who it is', () => {
  assert.throws(() => resetTargets(examplePlan, claimedBy('job c1-install'), 'c1-master-1'), {
    code: 'conflict',
    message: /held by c1, which job c1-install claimed/,
  });
  assert.throws(() => resetTargets(examplePlan, none, 'sno'), { code: 'conflict', message: /c1-master-2 is held by c1/ });
});

test('an unknown name is a mistake, and bare metal has nothing to reset', () => {
  assert.throws(() => resetTargets(examplePlan, none, 'c2'), { code: 'bad_input', hint: /did you mean c1\?/ });
  const machines = examplePlan.machines.map((one) => ({ ...one, kind: 'metal' as const }));
  assert.throws(() => resetTargets({ ...examplePlan, machines }, none, 'c1'), { code: 'bad_input', message: /bare metal/ });
});
