import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabwrightError } from '../util/errors.ts';
import { packageRoot } from '../util/package-root.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export const databaseUser = 'labwright';

/**
 * Makes an empty database in `data`, an empty folder that belongs to `account`.
 *
 * initdb takes 0.7 to 1.2 s, a copy of what it made half of that; every rehearsal and test pays it. So the first result is
 * kept under node_modules/.cache, for this initdb and this account; where that cannot be written, it is not.
 *
 * @throws LabwrightError `exec_failed`
 */
export function initialise(binaries: PostgresBinaries, data: string, account: Account | undefined): void {
  const template = templatePath(binaries, account);
  if (existsSync(template) && copy(template, data)) return;
  const args = ['-D', data, '-U', databaseUser, '-A', 'trust', '--no-locale', '-E', 'UTF8', '--wal-segsize=4'];
  const result = spawnSync(join(binaries.bin, 'initdb'), args, { ...account, cwd: '/', env: { ...process.env, ...binaries.env }, encoding: 'utf8' });
  if (result.status !== 0) {
    const why = result.error?.message ?? result.stderr.trim();
    throw new LabwrightError('exec_failed', `initdb in ${data} failed: ${why}`, {
      hint: 'every parent folder must be open to the account that runs PostgreSQL',
    });
  }
  keep(data, template);
}

function templatePath(binaries: PostgresBinaries, account: Account | undefined): string {
  const initdb = join(binaries.bin, 'initdb');
  const { size, mtimeMs } = statSync(initdb);
  const key = createHash('sha256')
    .update(JSON.stringify([initdb, size, mtimeMs, account?.uid ?? process.getuid?.()]))
    .digest('hex');
  return join(packageRoot(), 'node_modules', '.cache', 'labwright', `pg-template-${key.slice(0, 16)}`);
}

/** Copied aside and renamed: two processes that start together must not read each other's half-written files. */
function keep(data: string, template: string): void {
  const draft = `${template}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    if (copy(data, draft)) renameSync(draft, template);
  } catch {
    // A read-only installation, or another process was first: initdb, or its template, serve as well.
  }
  rmSync(draft, { recursive: true, force: true });
}

/** With owners and modes, which PostgreSQL insists on and Node's own copy does not keep. */
function copy(from: string, to: string): boolean {
  return spawnSync('cp', ['-a', `${from}/.`, to]).status === 0;
}
