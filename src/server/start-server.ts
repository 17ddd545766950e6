import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { openDatabase, type Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { systemClock } from '../util/clock.ts';
import { LabwrightError } from '../util/errors.ts';
import { createLog, type Log } from '../util/log.ts';
import { createFolderArtefacts } from './artefacts/artefacts.ts';
import { createPasswords, type PasswordCost } from './auth/passwords.ts';
import { createApp } from './create-app.ts';
import { listenForChanges } from './live/changes.ts';
import type { ServerDeps } from './server-deps.ts';

export interface ServerOptions {
  /** Holds what the server keeps: `artefacts/`, and `pg/` unless `databaseUrl` is given. Made when absent. */
  readonly dataDir: string;
  /** Another PostgreSQL than the embedded one. */
  readonly databaseUrl?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default: the one of the data directory, which outlives a restart. */
  readonly pageToken?: string | undefined;
  readonly leaseTermMs?: number | undefined;
  /** Default: on stderr. */
  readonly log?: Log | undefined;
  /** For tests: cheap password hashes. */
  readonly passwordCost?: PasswordCost | undefined;
}

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The job page with the token that opens it. */
  readonly pageUrl: string;
  readonly database: Database;
  readonly deps: ServerDeps;
  /** Ends open streams, then the listener, then the embedded database. */
  close(): Promise<void>;
}

/**
 * Starts a control server: database, migrations, listener.
 *
 * @throws LabwrightError `conflict` when the port is in use, and whatever the database's start throws.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const log = options.log ?? createLog('server');
  const stack = new AsyncDisposableStack();
  try {
    const dataDir = resolve(options.dataDir);
    const artefacts = await createFolderArtefacts(join(dataDir, 'artefacts'));
    const where = options.databaseUrl === undefined ? { dataDir: join(dataDir, 'pg') } : { url: options.databaseUrl };
    const database = stack.use(await openDatabase({ log }, where));
    await migrate(database.pool);
    const changes = stack.use(await listenForChanges(database.pool, log));
    const closing = new AbortController();
    const deps: ServerDeps = {
      pool: database.pool,
      kysely: database.kysely,
      log,
      clock: systemClock,
      artefacts,
      passwords: createPasswords(options.passwordCost),
      changes,
      pageToken: options.pageToken ?? (await keptToken(join(dataDir, 'page-token'))),
      hookSecret: await keptToken(join(dataDir, 'hook-secret')),
      leaseTermMs: options.leaseTermMs ?? 30_000,
      closing: closing.signal,
    };
    const app = createApp(deps);
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    server.requestTimeout = 0; // An upload may take longer than Node's five minutes.
    const port = await listen(server, options.host ?? '127.0.0.1', options.port);
    stack.defer(async () => {
      closing.abort(new LabwrightError('cancelled', 'the server is closing'));
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 1000).unref();
      await closed;
    });
    const url = `http://${urlHost(options.host ?? '127.0.0.1')}:${port}`;
    const running = stack.move();
    return { url, port, pageUrl: `${url}/?token=${deps.pageToken}`, database, deps, close: () => running.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A random secret in a file that only our account can read. */
async function keptToken(path: string): Promise<string> {
  try {
    await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const token = (await readFile(path, 'utf8')).trim();
  if (token.length < 32) throw new LabwrightError('refused', `${path} holds no token`, { hint: `remove it: the next start makes a new one` });
  return token;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new LabwrightError('conflict', `port ${port} on ${host} is in use`, {
        hint: 'stop what listens there, or choose another port with --port (0: any free one)',
        cause: error,
      });
    }
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
