import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withFileLock } from './with-file-lock.ts';

test('holders of one lock take turns, and the lock of a process that died holds nobody up', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-lock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lock = join(folder, 'lock');
  const { pid } = spawnSync('true');
  writeFileSync(lock, `${pid} 1`);
  let inside = 0;
  const order: number[] = [];
  const hold = (turn: number): Promise<void> =>
    withFileLock(lock, async () => {
      assert.equal(++inside, 1);
      await new Promise(setImmediate);
      order.push(turn);
      inside--;
    });
  await Promise.all([hold(1), hold(2)]);
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    [1, 2],
  );
  await assert.rejects(
    withFileLock(lock, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(existsSync(lock), false);
});
