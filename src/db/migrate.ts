import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { LabwrightError } from '../util/errors.ts';
import { packageRoot } from '../util/package-root.ts';

/** Any number, the same in every release: two servers that start together must not both migrate. */
const advisoryLock = 7_214_001;

export function migrationsFolder(): string {
  return join(packageRoot(), 'src', 'db', 'migrations');
}

/**
 * Applies the numbered .sql files that are not yet applied, one transaction each.
 *
 * @returns the names applied now.
 * @throws LabwrightError `refused` when an applied file was changed, or the database has one that this code lacks.
 */
export async function migrate(pool: Pool, folder: string = migrationsFolder()): Promise<readonly string[]> {
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .toSorted()
    .map((name) => readMigration(folder, name));
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    return await applyMissing(client, files);
  } finally {
    client.release(true); // Closing the connection frees the lock, whatever state a failure left it in.
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

function readMigration(folder: string, name: string): Migration {
  const sql = readFileSync(join(folder, name), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

async function applyMissing(client: PoolClient, files: readonly Migration[]): Promise<readonly string[]> {
  await client.query('create table if not exists migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())');
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from migrations order by name');
  for (const row of rows) {
    const file = files.find((candidate) => candidate.name === row.name);
    if (!file) throw new LabwrightError('refused', `the database has migration ${row.name}, which this version lacks`, { hint: 'run the newer version' });
    if (file.checksum !== row.checksum) {
      throw new LabwrightError('refused', `migration ${row.name} was changed after it was applied`, { hint: 'restore the file and add a new one' });
    }
  }
  const applied = new Set(rows.map((row) => row.name));
  const missing = files.filter((file) => !applied.has(file.name));
  for (const file of missing) await applyOne(client, file);
  return missing.map((file) => file.name);
}

async function applyOne(client: PoolClient, file: Migration): Promise<void> {
  await client.query('begin');
  await client.query(file.sql);
  await client.query('insert into migrations (name, checksum) values ($1, $2)', [file.name, file.checksum]);
  await client.query('commit');
}
