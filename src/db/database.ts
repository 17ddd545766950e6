import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import type { Log } from '../util/log.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { databaseUser } from './initialise.ts';

export interface DatabaseDeps {
  readonly log: Log;
}

export interface Database {
  readonly pool: Pool;
  readonly kysely: Kysely<unknown>;
}

/** Opens the database at `url` (DATABASE_URL), or starts or adopts an own one in `dataDir`; disposing closes what was opened. */
export async function openDatabase(deps: DatabaseDeps, where: { readonly dataDir: string } | { readonly url: string }): Promise<Database & AsyncDisposable> {
  const server = 'url' in where ? undefined : await startEmbeddedPostgres(where.dataDir);
  const address = 'url' in where ? { connectionString: where.url } : { host: server?.socketFolder ?? '', user: databaseUser, database: 'postgres' };
  const pool = new Pool({ ...address, types: { getTypeParser: parserOf } });
  // Without a listener, a restart of the server would end this process.
  let closing = false; // The server's goodbye is no news then.
  pool.on('error', (error) => {
    if (!closing) deps.log.warn({ reason: error.message }, 'an idle database connection was lost');
  });
  return {
    pool,
    kysely: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    async [Symbol.asyncDispose]() {
      closing = true;
      await pool.end();
      await server?.stop();
    },
  };
}

const bigint: number = types.builtins.INT8;
const timestamp: number = types.builtins.TIMESTAMP;

/** Counters and sizes fit a number; DCI's times keep their six digits, which a Date would lose. */
const parserOf: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary' && oid === bigint) return Number;
  if (format !== 'binary' && oid === timestamp) return dciTime;
  return types.getTypeParser(oid, format);
};

/** `2026-01-02 03:04:05.1` → `2026-01-02T03:04:05.100000`: no zone, always six digits (reference/dci-control-server.md §1.1). */
function dciTime(text: string): string {
  const [seconds = '', fraction = ''] = text.replace(' ', 'T').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}
