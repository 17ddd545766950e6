import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { renderKustomization } from '../../src/render/kustomize/render-kustomization.ts';
import { localExec } from '../../src/util/exec.ts';
import { ensureGoProgram } from '../kube-api/real/ensure-go-program.ts';
import { noGo } from '../kube-api/real/go-version.ts';
import { readArchives, type Archive } from './read-archive.ts';

let kustomize = '';
before(async () => {
  if (noGo === false) kustomize = await ensureGoProgram(join(import.meta.dirname, 'real', 'kustomize'), console.log);
});

for (const archive of readArchives(join(import.meta.dirname, 'kustomizations'))) {
  test(`as real kustomize: ${archive.title}`, { skip: noGo }, async (t) => {
    const { stdout, stderr, exitCode } = await build(t, archive);
    const { objects, diagnostics } = renderKustomization({ files: archive.files, path: 'build' });
    if (exitCode !== 0)
      return assert.ok(
        diagnostics.some(({ severity }) => severity === 'error'),
        `real kustomize refuses: ${stderr}`,
      );
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(objects, objectsIn(stdout));
  });
}

async function build(t: TestContext, { files }: Archive): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-kustomize-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return localExec([kustomize, 'build', join(folder, 'build')], { okExitCodes: [0, 1] });
}

function objectsIn(text: string): unknown[] {
  const documents = parseAllDocuments(text, { version: '1.2' });
  return 'empty' in documents ? [] : documents.map((document) => document.toJS() as unknown);
}
