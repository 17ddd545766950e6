import { randomBytes } from 'node:crypto';
import { inTransaction, type Sql } from '../../db/transaction.ts';
import { newApiSecret } from '../auth/api-secret.ts';
import type { ServerDeps } from '../server-deps.ts';

/** DCI's roles are membership in these teams; a server without them is of no use. */
const ROLE_TEAMS = ['admin', 'Red Hat', 'EPM'] as const;

/**
 * The teams that roles hang on, and a first administrator, when they are not there yet.
 *
 * @param password of the administrator; a random one when not given.
 * @returns the password when the user `admin` was made now, undefined otherwise: it is stored only as a hash.
 */
export async function ensureAdmin(deps: Pick<ServerDeps, 'pool' | 'passwords'>, password = randomBytes(18).toString('base64url')): Promise<string | undefined> {
  const hash = await deps.passwords.hash(password);
  return inTransaction(deps.pool, async (sql) => {
    await lockBootstrap(sql);
    for (const name of ROLE_TEAMS) await ensureTeam(sql, name);
    const { rows } = await sql.query<{ id: string }>(
      `insert into users (name, fullname, email, password) values ('admin', 'Admin', 'admin@example.org', $1)
       on conflict (name) do nothing returning id`,
      [hash],
    );
    if (!rows[0]) return undefined;
    await sql.query(`insert into users_teams (user_id, team_id) select $1, id from teams where name = 'admin'`, [rows[0].id]);
    return password;
  });
}

/** What an agent needs to act for a lab. */
export interface LabCredentials {
  readonly remoteciId: string;
  readonly teamId: string;
  readonly apiSecret: string;
}

/** A lab's team and remoteci, made when absent; the secret is the one it already has. */
export async function ensureLab(deps: Pick<ServerDeps, 'pool'>, lab: { readonly name: string; readonly team: string }): Promise<LabCredentials> {
  return inTransaction(deps.pool, async (sql) => {
    await lockBootstrap(sql);
    const teamId = await ensureTeam(sql, lab.team);
    await sql.query('insert into remotecis (name, team_id, api_secret) values ($1, $2, $3) on conflict (name, team_id) do nothing', [
      lab.name,
      teamId,
      newApiSecret(),
    ]);
    const { rows } = await sql.query<{ id: string; api_secret: string }>(
      `update remotecis set state = 'active', api_secret = coalesce(api_secret, $3) where name = $1 and team_id = $2 returning id, api_secret`,
      [lab.name, teamId, newApiSecret()],
    );
    return { remoteciId: rows[0]!.id, teamId, apiSecret: rows[0]!.api_secret };
  });
}

/** Two servers that start together must not both find nothing and make everything. */
async function lockBootstrap(sql: Sql): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('labwright bootstrap', 0))`);
}

async function ensureTeam(sql: Sql, name: string): Promise<string> {
  await sql.query('insert into teams (name) values ($1) on conflict (name) do nothing', [name]);
  const { rows } = await sql.query<{ id: string }>('select id from teams where name = $1', [name]);
  return rows[0]!.id;
}
