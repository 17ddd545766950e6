import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import type { Log } from '../util/log.ts';
import { databaseUser, startEmbeddedPostgres } from './embedded-postgres.ts';

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
  const pool = new Pool('url' in where ? { connectionString: where.url } : { host: server?.socketFolder ?? '', user: databaseUser, database: 'postgres' });
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
