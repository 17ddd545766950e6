import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { labwright } from './labwright.ts';

const examples = join(packageRoot(), 'examples');

for (const [file, ...flags] of [['lab.schema.json'], ['lab.part.schema.json', '--part']] as const) {
  test(`examples/${file} is what lab schema ${flags.join(' ')} prints`, () => {
    const printed: unknown = JSON.parse(labwright('lab', 'schema', ...flags).stdout);
    assert.deepEqual(JSON.parse(readFileSync(join(examples, file), 'utf8')), printed, `write it anew: labwright lab schema ${flags.join(' ')}`);
  });
}

test('every lab file of the examples names the schema that editors check it with', () => {
  const labs = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((path) => /(^|\/)lab\.yml$|lab\.d\/.*\.yml$/.test(path));
  assert.ok(labs.length >= 7, labs.join());
  for (const lab of labs) {
    const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(examples, lab), 'utf8')) ?? [];
    assert.equal(named && join(lab, '..', named), lab.includes('lab.d/') ? 'lab.part.schema.json' : 'lab.schema.json', lab);
  }
});
