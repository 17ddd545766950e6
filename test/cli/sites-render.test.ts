import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { labwright } from './labwright.ts';

function repository(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-sites-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const FILES = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  'base/kustomization.yaml': 'resources: [namespace.yaml]\n',
  'base/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: base}\n',
  'sno1/sites/kustomization.yaml': 'resources: [../../base]\nnamespace: sno1\nconfigMapGenerator:\n- {name: extra, literals: [a=1]}\n',
};

test('a kustomization is printed as documents, with what it names elsewhere in the repository', (t) => {
  const { status, stdout, stderr } = labwright('sites', 'render', join(repository(t, FILES), 'sno1/sites'));
  assert.deepEqual([status, stderr], [0, '']);
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as { kind: string; metadata: object });
  assert.deepEqual(
    objects.map(({ kind, metadata }) => [kind, metadata]),
    [
      ['Namespace', { name: 'sno1' }],
      ['ConfigMap', { name: 'extra-h29d89cmmt', namespace: 'sno1' }],
    ],
  );
});

test('mistakes come with file and line, and exit code 1; in JSON too', (t) => {
  const folder = repository(t, { ...FILES, 'sno1/sites/kustomization.yaml': 'resources: [../../base]\nimages: []\n' });
  const text = labwright('sites', 'render', join(folder, 'sno1/sites'));
  assert.deepEqual([text.status, text.stdout], [1, '']);
  assert.match(
    text.stderr,
    /sno1\/sites\/kustomization\.yaml:2:1: images of a kustomization is not rendered\nimages: \[\]\nhint: write the image with a patch\n/,
  );
  const json = labwright('sites', 'render', join(folder, 'sno1/sites'), '--json');
  const { objects, diagnostics } = JSON.parse(json.stdout) as { objects: unknown[]; diagnostics: { id: string; at: { line: number } }[] };
  assert.deepEqual([json.status, objects, diagnostics.map(({ id, at }) => [id, at.line])], [1, [], [['not-rendered', 2]]]);
});

test('a folder that is not there is exit code 2', (t) => {
  const { status, stderr } = labwright('sites', 'render', join(repository(t, FILES), 'sno2'));
  assert.equal(status, 2);
  assert.match(stderr, /sno2: there is no such folder\nhint: name the folder of a kustomization\n/);
});
