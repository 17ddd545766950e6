import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a user runs it. */
export function labwright(...args: readonly string[]): Ended {
  return spawnSync(process.execPath, [join(packageRoot(), 'bin/labwright.js'), ...args], { encoding: 'utf8' });
}

/** A folder of its own with these files, removed after the test. */
export function labFolder(t: TestContext, files: Readonly<Record<string, string | Buffer>>): { readonly path: string; readonly files: () => string[] } {
  const path = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { path, files: () => readdirSync(path).toSorted() };
}
