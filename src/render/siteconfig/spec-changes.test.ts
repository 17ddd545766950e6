import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedPaths, specDiff } from './spec-changes.ts';

test('a member that only one side has is named itself, sorted among the others', () => {
  assert.deepEqual(changedPaths({ b: 1, list: [{ x: 1 }] }, { a: { deep: 1 }, b: 2, list: [{ x: 2 }] }), ['/a', '/b', '/list/0/x']);
});

test('a difference is written as a JSON patch', () => {
  assert.deepEqual(specDiff({ gone: 1, kept: ['a'] }, { kept: ['b', 'c', 'd'], 'with/slash': true }), [
    { op: 'remove', path: '/gone' },
    { value: 'b', op: 'replace', path: '/kept/0' },
    { value: 'c', op: 'add', path: '/kept/-' },
    { value: 'd', op: 'add', path: '/kept/-' },
    { value: true, op: 'add', path: '/with~1slash' },
  ]);
});
