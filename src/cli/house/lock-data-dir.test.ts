import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockDataDir } from './lock-data-dir.ts';

test('a data directory has one holder, whose pid is named; a dead one’s claim is taken over', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const unlock = await lockDataDir(folder);
  await assert.rejects(lockDataDir(folder), { code: 'conflict', message: new RegExp(`pid ${process.pid}$`) });
  await unlock();
  // The pid lives, but it is not the process that made the claim.
  writeFileSync(join(folder, 'labwright.pid'), JSON.stringify({ pid: process.pid, startTicks: '1' }));
  const again = await lockDataDir(folder);
  await again();
});
