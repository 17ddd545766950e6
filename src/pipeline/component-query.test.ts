import assert from 'node:assert/strict';
import { test } from 'node:test';
import { componentQuery } from './component-query.ts';

const VECTORS: [entry: string, fallback: string[], query: string][] = [
  ['ocp', [], 'and(eq(state,active),eq(type,ocp))'],
  ['ocp=4.14.1', [], 'and(eq(state,active),eq(type,ocp),eq(version,4.14.1))'],
  ['a=b=c', [], 'and(eq(state,active),eq(type,a),eq(version,b=c))'],
  ['ocp?version:4.14.1', [], 'and(eq(type,ocp),eq(version,4.14.1))'],
  ['ocp?tags:build:ga', [], 'and(eq(type,ocp),or(contains(tags,build:ga)))'],
  ['ocp?tags:build:dev', [], 'and(eq(type,ocp),or(contains(tags,build:dev),contains(tags,build:candidate),contains(tags,build:ga)))'],
  ['ocp?tags:build:dev&tags:build:ga', [], 'and(eq(type,ocp),or(contains(tags,build:ga)))'],
  ['ocp?tags:build:candidate,foo', [], 'and(eq(type,ocp),contains(tags,foo),or(contains(tags,build:candidate),contains(tags,build:ga)))'],
  ['ocp?tags:build:rc', [], 'and(eq(type,ocp),contains(tags,build:rc))'],
  ['ocp?name:OpenShift 4.14*', [], 'and(eq(type,ocp),ilike(name,OpenShift 4.14%))'],
  ['ocp?name:*4.14', [], 'and(eq(type,ocp),eq(name,*4.14))'],
  ['ocp?tags%3abuild%3aga&name:4.14.1', [], 'and(eq(type,ocp),eq(name,4.14.1),or(contains(tags,build:ga)))'],
  [
    'ose-tests?tags:x-ok,build:dev&version:20200628',
    [],
    'and(eq(type,ose-tests),eq(version,20200628),contains(tags,x-ok),or(contains(tags,build:dev),contains(tags,build:candidate),contains(tags,build:ga)))',
  ],
  ['ocp', ['ok'], 'and(eq(state,active),eq(type,ocp),contains(tags,ok))'],
  ['ocp', ['ok', 'ocp?build:ga'], 'and(eq(state,active),eq(type,ocp),contains(tags,ok),or(contains(tags,build:ga)))'],
  ['cnf', ['ok', 'ocp?build:ga'], 'and(eq(state,active),eq(type,cnf),contains(tags,ok))'],
  ['ocp=4.14', ['ok'], 'and(eq(state,active),eq(type,ocp),eq(version,4.14),contains(tags,ok))'],
];

for (const [entry, fallback, query] of VECTORS) {
  test(`${entry} with fallback [${fallback.join(' ')}]`, () => {
    assert.equal(componentQuery(entry, fallback), query);
  });
}

for (const entry of ['git%3ffoo', 'repo?name:A%26B']) {
  test(`${entry} is refused: it is decoded before it is split`, () => {
    assert.throws(() => componentQuery(entry), { code: 'bad_input' });
  });
}
