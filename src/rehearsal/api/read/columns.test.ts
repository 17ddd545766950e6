import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age } from './columns.ts';
import { valuesAt } from './json-path.ts';

test('ages are rounded as the command line shows them', () => {
  const after = (seconds: number): string => age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + seconds * 1000);
  assert.deepEqual([0, 119, 130, 1_200, 11_000, 36_000, 200_000, 800_000, 70_000_000].map(after), [
    '0s',
    '119s',
    '2m10s',
    '20m',
    '3h3m',
    '10h',
    '2d7h',
    '9d',
    '2y80d',
  ]);
});

test('the paths of printer columns are followed', () => {
  const object = {
    metadata: { labels: { 'a.b/c': 'x' } },
    status: {
      conditions: [
        { type: 'A', status: 'True' },
        { type: 'B', status: 'False' },
      ],
    },
  };
  assert.deepEqual(valuesAt(object, '.metadata.labels.a\\.b/c'), ['x']);
  assert.deepEqual(valuesAt(object, ".status.conditions[?(@.type=='B')].status"), ['False']);
  assert.deepEqual(valuesAt(object, '.status.conditions[-1:].type'), ['B']);
  assert.deepEqual(valuesAt(object, '.status.conditions[*].type'), ['A', 'B']);
  assert.deepEqual(valuesAt(object, '.status.phase'), []);
});
