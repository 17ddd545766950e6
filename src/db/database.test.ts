import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLog } from '../util/log.ts';
import { openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrate, migrationsFolder } from './migrate.ts';

const deps = { log: createLog('test') };
const base = mkdtempSync(join(tmpdir(), 'lw-db-'));
chmodSync(base, 0o755); // The account that runs PostgreSQL must get in.
const dataDir = join(base, 'pg');
after(() => rmSync(base, { recursive: true, force: true }));

test('migrations apply once, survive a restart, and every update changes the etag', async () => {
  {
    await using db = await openDatabase(deps, { dataDir });
    assert.deepEqual(await migrate(db.pool), [
      '0001_dci_core.sql',
      '0002_runs_and_queue.sql',
      '0003_dci_rest.sql',
      '0004_test_results.sql',
      '0005_needs_that_end.sql',
    ]);
    assert.deepEqual(await migrate(db.pool), []);
    await db.pool.query(`insert into teams (name) values ('alpha')`);
  }
  await using db = await openDatabase(deps, { dataDir });
  const before = await db.pool.query<{ etag: string }>('select etag from teams');
  const changed = await db.pool.query<{ etag: string }>(`update teams set country = 'FR' returning etag`);
  assert.match(changed.rows[0]?.etag ?? '', /^[0-9a-f]{32}$/);
  assert.notEqual(changed.rows[0]?.etag, before.rows[0]?.etag);
});

test('a changed file and a newer database are refused', async () => {
  await using db = await openDatabase(deps, { dataDir });
  const folder = join(base, 'migrations');
  cpSync(migrationsFolder(), folder, { recursive: true });
  await migrate(db.pool);
  writeFileSync(join(folder, '0001_dci_core.sql'), 'select 1;');
  await assert.rejects(migrate(db.pool, folder), /was changed/);
  rmSync(join(folder, '0001_dci_core.sql'));
  await assert.rejects(migrate(db.pool, folder), /this version lacks/);
});

test('a server whose owner was killed is adopted', async () => {
  const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))});
    const server = await startEmbeddedPostgres(process.argv[1]);
    console.log(server.pid);
    setInterval(() => undefined, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const server = await startEmbeddedPostgres(dataDir);
  await server.stop();
  assert.deepEqual({ pid: server.pid, adopted: server.adopted }, { pid: Number(pid.toString()), adopted: true });
});
