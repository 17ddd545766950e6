import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyOverride, parseOverride } from './override.ts';

const VALUES: [text: string, value: unknown][] = [
  ['4.10', 4.1],
  ['true', true],
  ['null', null],
  ['http://a,b', ['http://a', 'b']],
  ['https://a:1', 'https://a:1'],
  ['a:b:c', { a: 'b:c' }],
  ['a:b,', { a: ['b'] }],
  ['a,b', ['a', 'b']],
  ['a,', ['a']],
  ['x=y', 'x=y'],
];

for (const [text, value] of VALUES) {
  test(`the value ${text}`, () => {
    assert.deepEqual(parseOverride(`job:key=${text}`), { target: 'job', key: 'key', value });
  });
}

test('malformed overrides are refused', () => {
  for (const text of [':a=b', 'job:a', '@other:a=b']) assert.throws(() => parseOverride(text), { code: 'bad_input' });
});

test('an override changes the first job whose name or stage matches', () => {
  const jobs = [
    { name: 'a', stage: 's', components: ['ocp=1', { type: 'rpm' }], ansible_extravars: { deep: { x: 1 } }, ansible_tags: ['t'] },
    { name: 'b', stage: 's', components: ['ocp'] },
  ];
  const change = (text: string) => applyOverride<Record<string, unknown>>(jobs, parseOverride(text))[0]!;
  assert.deepEqual(change('s:components=ocp=2')['components'], ['ocp=2', { type: 'rpm' }]);
  assert.deepEqual(change('a:components=rpm=3,new')['components'], ['ocp=1', 'rpm=3', 'new']);
  assert.deepEqual(change('a:ansible_extravars={"deep":{"y":2}}')['ansible_extravars'], { deep: { x: 1, y: 2 } });
  assert.equal(change('a:ansible_tags=x')['ansible_tags'], 'x');
  assert.deepEqual(change('a:components=ocp?version:4.18.1')['components'], { 'ocp?version': '4.18.1' });
  assert.throws(() => change('nobody:a=b'), { code: 'bad_input' });
});
