import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../util/package-root.ts';
import { labFileReference } from './lab-file-reference.ts';

test('docs/lab-file.md is what the schema says now', () => {
  assert.equal(readFileSync(join(packageRoot(), 'docs/lab-file.md'), 'utf8'), labFileReference(), 'run: labwright lab schema --markdown > docs/lab-file.md');
});

test('a key has its values, default and meaning, and a list of maps a table of its own', () => {
  const text = labFileReference();
  assert.match(text, /^\| `install` \| `abi`, .*`none` \| `none` \| none makes machines only \|$/m);
  assert.match(text, /^\| `cidr` \| text \| required \| .* \|$/m);
  assert.match(text, /^## `hosts\.NAME\.disks\[\]`$/m);
  assert.match(text, /^\| `slot_size` \| (`8`, `16`, `32`, `64`) \| `16` \|/m);
});
