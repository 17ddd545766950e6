import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Journal } from './journal.ts';

const HOLD_A_WHILE = `
const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS other (id); COMMIT');
console.log('held');
setTimeout(() => db.close(), 300);
`;

test('a journal that another process still holds is waited for when it is opened', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'labwright-journal-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'journal.db');
  new Journal(path).close();
  const holder = spawn(process.execPath, ['--no-warnings', '-e', HOLD_A_WHILE, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  await once(holder.stdout, 'data');
  new Journal(path).close();
  assert.deepEqual(await ended, [0, null]);
});
