import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../util/package-root.ts';

/** Where diagnostics about files are made; each is written there with its id as a literal. */
const SOURCES = [
  ...readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).map((path) => join(import.meta.dirname, path)),
  ...['source-file.ts', 'check-shape.ts'].map((name) => join(packageRoot(), 'src/util', name)),
].filter((path) => path.endsWith('.ts') && !path.includes('ansible-inventory') && !/\.(test|test-data)\.ts$/.test(path));

test('the page of diagnostics has every id that a lab file can get, and no other', () => {
  const ids = new Set<string>();
  for (const path of SOURCES)
    for (const [, told, made] of readFileSync(path, 'utf8').matchAll(
      /\b(?:error|warn|tell|refused)\((?:path,)?\s*'([a-z0-9]+(?:-[a-z0-9]+)+)'|\bid: '([a-z]+(?:-[a-z0-9]+)+)'/g,
    ))
      ids.add((told ?? made)!);
  assert.ok(ids.size > 80, `${ids.size} ids were found`);
  const page = readFileSync(join(packageRoot(), 'docs/diagnostics.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([a-z0-9-]+) \| (error|warning|error or warning) \| \S.* \| \S.* \|$/gm)].map(([, id]) => id!);
  assert.deepEqual(
    [...ids].filter((id) => !rows.includes(id)),
    [],
    'add a row to docs/diagnostics.md for each of these',
  );
  assert.deepEqual(
    rows.filter((id) => !ids.has(id)),
    [],
    'these rows of docs/diagnostics.md are of no diagnostic any more',
  );
  assert.deepEqual(rows, rows.toSorted(), 'rows are in the order of ids');
});
