import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPolicyJudge, NONE_MS, PATIENCE_MS, STEADY_MS } from './judge-policies.ts';
import type { PolicyCase } from './policy-cases.ts';

function policy(verdict: string): PolicyCase {
  return { cluster: 'sno1', policy: 'ztp/first', verdict, on: { object: 'Policy/ztp/first', condition: 'Compliant', reason: verdict, message: 'said' } };
}

test('a policy is believed when it has held for a while without a break', () => {
  const judge = createPolicyJudge(0);
  const at = (verdict: string, ms: number): string => judge.at([policy(verdict)], ms).status;
  assert.deepEqual([at('Compliant', 0), at('NonCompliant', STEADY_MS - 1), at('Compliant', STEADY_MS)], ['waiting', 'waiting', 'waiting']);
  assert.deepEqual([at('Compliant', 2 * STEADY_MS - 1), at('Compliant', 2 * STEADY_MS)], ['waiting', 'judged']);
});

test('what does not hold is judged when nothing has changed for long, and none at all when none comes', () => {
  const judge = createPolicyJudge(0);
  judge.at([policy('Pending')], 1000);
  judge.at([policy('NonCompliant')], 2000);
  assert.equal(judge.at([policy('NonCompliant')], 2000 + PATIENCE_MS - 1).status, 'waiting');
  assert.equal(judge.at([policy('NonCompliant')], 2000 + PATIENCE_MS).status, 'judged');
  assert.deepEqual([createPolicyJudge(0).at([], NONE_MS - 1).status, createPolicyJudge(0).at([], NONE_MS).status], ['waiting', 'judged']);
});
