import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { formatDiagnostic } from './diagnostic.ts';
import { checkShape } from './check-shape.ts';
import { parseSource, parseSources } from './source-file.ts';

const schema = z.strictObject({ lab: z.string(), servers: z.record(z.string(), z.strictObject({ cpus: z.number() })) });

test('an unknown key is reported where it stands, with the line', () => {
  const { value: file } = parseSource('lab.yml', 'lab: pretty\nservers:\n  server01: {cpus: 8, color: red}\n');
  assert.ok(file);
  const { diagnostics } = checkShape(schema, file);
  assert.equal(diagnostics.length, 1);
  const text = formatDiagnostic(diagnostics[0]!, (_path, line) => file.lines[line - 1]);
  assert.match(text, /^lab\.yml:3:23: unknown key "color" in servers\.server01\n {2}server01: /);
  assert.match(text, /\nhint: /);
});

test('a key given twice is an error at the second one', () => {
  const { value, diagnostics } = parseSource('lab.yml', 'lab: a\nlab: b\n');
  assert.equal(value, undefined);
  assert.deepEqual(
    diagnostics.map(({ id, at }) => [id, at?.line]),
    [['duplicate-key', 2]],
  );
});

test('a version is read as it was typed', () => {
  const { value: file } = parseSource('job.yml', 'version: 4.20\n');
  assert.equal(file?.rawText(['version']), '4.20');
});

test('documents of one file are read in order, and a mistake is found at its line of the file', () => {
  const { value: files } = parseSources('all.yml', '# none\n---\na: 1\n---\n---\nb:\n  c: 2\n');
  assert.deepEqual(
    files?.map(({ value }) => value),
    [{ a: 1 }, { b: { c: 2 } }],
  );
  assert.deepEqual(files?.[1]?.at(['b', 'c']), { path: 'all.yml', line: 7, column: 6 });
  const { value, diagnostics } = parseSources('all.yml', 'a: 1\n---\nb: [\n');
  assert.equal(value, undefined);
  assert.equal(diagnostics[0]?.at?.line, 4);
});
