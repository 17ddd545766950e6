import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from './evaluate-cel.ts';
import { parseCel } from './parse-cel.ts';
import { ruleCauses } from './rule-causes.ts';

function value(rule: string, self: unknown): unknown {
  return evaluate(parseCel(rule), new Map([['self', self]]));
}

test('operators bind as in CEL, and a deciding side hides the other’s error', () => {
  assert.equal(value('1 + 2 * 3 == 7 && !(2 > 3)', undefined), true);
  assert.equal(value("has(self.a) ? self.a : 'none'", {}), 'none');
  assert.equal(value('self.absent == 1 || true', {}), true);
  assert.equal(value('self.absent == 1 && false', {}), false);
  assert.throws(() => value('self.absent == 1 || false', {}), /no such key: absent/);
});

test('macros, membership and functions work on lists, maps and text', () => {
  assert.equal(value("self.all(x, x.type in ['A', 'B']) && self.exists_one(x, x.type == 'A')", [{ type: 'A' }, { type: 'B' }]), true);
  assert.deepEqual(value("self.filter(k, k.startsWith('a')).map(k, k.size())", { ab: 1, c: 2 }), [2]);
  assert.equal(value("duration(self) <= duration('15m') && self.matches('^[0-9]+m$')", '10m'), true);
  assert.equal(value("self.split('.').exists(x, x.matches('^0[0-9]+$'))", '1.02'), true);
});

const schema = {
  type: 'object',
  'x-kubernetes-validations': [{ rule: 'self.size <= 50', message: 'too big', fieldPath: '.size', reason: 'FieldValueForbidden' }],
  properties: {
    size: { type: 'integer' },
    serial: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'serial is immutable' }] },
    free: { type: 'string', 'x-kubernetes-validations': [{ rule: 'nobody.knows(self)', message: 'never said' }] },
  },
};

test('a rule about a change runs only where there was a value, and what has not changed is not judged again', () => {
  assert.deepEqual(ruleCauses({ size: 60, serial: 'a' }, undefined, schema, 'spec'), [
    { reason: 'FieldValueForbidden', message: 'Forbidden: too big', field: 'spec.size' },
  ]);
  assert.deepEqual(ruleCauses({ size: 1, serial: 'b' }, { size: 1, serial: 'a' }, schema, 'spec'), [
    { reason: 'FieldValueInvalid', message: 'Invalid value: serial is immutable', field: 'spec.serial' },
  ]);
  assert.deepEqual(ruleCauses({ size: 60 }, { size: 60 }, schema, 'spec'), []);
});

test('a rule that is beyond this evaluator refuses nothing', () => {
  assert.deepEqual(ruleCauses({ size: 1, free: 'x' }, undefined, schema, 'spec'), []);
});
