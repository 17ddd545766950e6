import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goJsonError, readJson } from './go-json.ts';

test('errors are those of Go’s decoder', () => {
  assert.equal(goJsonError('{"a": 1, "b": [true, null, "x\\u00e9", -1.5e3]}'), undefined);
  assert.equal(goJsonError('not json'), "invalid character 'o' in literal null (expecting 'u')");
  assert.equal(goJsonError('{"a": '), 'unexpected end of JSON input');
  assert.equal(goJsonError('{a: 1}'), "invalid character 'a' looking for beginning of object key string");
  assert.equal(goJsonError('{} x'), "invalid character 'x' after top-level value");
  assert.equal(goJsonError('[1 2]'), "invalid character '2' after array element");
});

test('a member that stands twice is found with its path', () => {
  assert.deepEqual(readJson('{"spec": {"size": 1, "hosts": [{"n": 1, "n": 2}], "size": 2}}').duplicates, ['spec.hosts[0].n', 'spec.size']);
});
