import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangeResult } from '../machines/work-off.ts';
import { reportText } from './report-text.ts';

test('what was not done on a host for one reason is one line, however long', () => {
  const skipped = (index: number): ChangeResult => ({
    action: 'create',
    kind: 'machine',
    name: `m${index}`,
    on: 's1',
    consequence: 'none',
    detail: '',
    status: 'skipped',
    reason: 'after the failure of bridge br0',
  });
  const failure = { on: 's1', code: 'conflict', message: 'br0 is in the way', hint: 'take it away' };
  const text = reportText({ lab: 'l', changes: Array.from({ length: 6 }, (_, index) => skipped(index)), failures: [failure], unseen: [] });
  assert.deepEqual(text.split('\n'), [
    'not done on s1, after the failure of bridge br0: create machine m0, create machine m1, create machine m2, create machine m3, 2 more',
    'failed: br0 is in the way',
    'hint: take it away',
    'lab l: changes: 6 skipped',
    '',
  ]);
});
