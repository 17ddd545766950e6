import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/users.ts';
import { rolesOf, type Known } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import type { ServerDeps } from '../server-deps.ts';
import { notAuthorized } from './access.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow, type Row } from './rows.ts';
import { TABLES } from './tables.ts';
import { linked } from './teams.ts';

const { users, teams, remotecis } = TABLES;
const stale = 'update failed, either user not found or etag not matched';

export const userRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createUser, async ({ kysely: db, passwords }, { body }) => {
    const fallback = body.email ?? body.sso_username;
    const { password, ...rest } = body;
    const hash = password === undefined ? {} : { password: await passwords.hash(password) };
    const user = await insertRow(db, users, { ...defined(rest), name: body.name ?? fallback, fullname: body.fullname ?? fallback, ...hash });
    const sent = (key: string): Readonly<Record<string, unknown>> => (key in rest ? { [key]: user[key] } : {});
    const { email: _email, sso_username: _name, sso_sub: _sub, ...shown } = user;
    return { user: { ...shown, ...sent('email'), ...sent('sso_username') } };
  }),

  dciRoute(contract.listUsers, async ({ kysely: db }, { query }) => {
    const { rows, _meta } = await listRows(db, users, query, []);
    return { users: await full(db, rows), _meta };
  }),

  dciRoute(contract.getMe, async ({ kysely: db }, { principal }) => {
    if (principal.kind !== 'user') throw notFound(users);
    return { user: (await full(db, [await selectRow(db, users, principal.id)]))[0] };
  }),

  dciRoute(contract.updateMe, (deps, call) => updateOwn(deps, call)),

  dciRoute(contract.getUser, async ({ kysely: db }, { params, principal }) => {
    mustBeSelfOrManager(principal, params.userId);
    return { user: (await full(db, [await selectRow(db, users, params.userId)]))[0] };
  }),

  dciRoute(contract.updateUser, async ({ kysely: db, passwords }, { params, body, ifMatch }) => {
    const { id } = await selectRow(db, users, params.userId);
    const { password, ...rest } = body;
    const hash = password === undefined ? {} : { password: await passwords.hash(password) };
    // Clients rely on it: a change without sso_sub takes it away.
    const user = await updateRow(db, users, { id, etag: ifMatch }, { sso_sub: null, ...defined(rest), ...hash });
    if (!user) throw new HttpError(409, stale);
    return { user };
  }),

  dciRoute(contract.deleteUser, async ({ kysely: db }, { params, ifMatch }) => {
    const { id } = await selectRow(db, users, params.userId);
    if (!(await archiveRow(db, users, { id, etag: ifMatch }))) throw new HttpError(409, 'delete failed, either user already deleted or etag not matched');
  }),

  dciRoute(contract.listUserTeams, async ({ kysely: db }, { params, principal }) => {
    mustBeSelfOrManager(principal, params.userId);
    const user = await selectRow(db, users, params.userId);
    return linked(await embedLinked(db, [user], 'teams', { table: teams, through: 'users_teams', from: 'user_id', to: 'team_id' }), 'teams');
  }),

  dciRoute(contract.listUserRemotecis, async ({ kysely: db }, { params, principal }) => {
    mustBeSelfOrManager(principal, params.userId);
    const user = await selectRow(db, users, params.userId);
    const found = await embedLinked(db, [user], 'remotecis', { table: remotecis, through: 'user_remotecis', from: 'user_id', to: 'remoteci_id' });
    return { remotecis: linked(found, 'remotecis')['remotecis'] };
  }),

  dciRoute(contract.getIdentity, async (_deps, { principal }) => ({ identity: identityOf(principal) })),

  dciRoute(contract.updateIdentity, (deps, call) => updateOwn(deps, call)),
];

interface OwnChange {
  readonly principal: Known;
  readonly ifMatch: string;
  readonly body: { readonly current_password?: string | undefined; readonly new_password?: string | undefined; readonly [key: string]: string | undefined };
}

/** Empty values keep the old ones. Read-only users need not know their password, as they may have none. */
async function updateOwn({ kysely: db, passwords }: ServerDeps, { principal, ifMatch, body }: OwnChange): Promise<{ readonly user: Row }> {
  if (principal.kind !== 'user') throw notAuthorized();
  const { current_password: current = '', new_password: next = '', ...rest } = body;
  const { rows } = await sql<{ password: string | null }>`select password from users where id = ${principal.id}`.execute(db);
  const known = rows[0]?.password;
  if (!rolesOf(principal).has('read_only') && (typeof known !== 'string' || !(await passwords.verify(current, known))))
    throw new HttpError(400, 'current_password invalid');
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== ''));
  const hash = next === '' ? {} : { password: await passwords.hash(next) };
  const user = await updateRow(db, users, { id: principal.id, etag: ifMatch }, { ...given, ...hash });
  if (!user) throw new HttpError(409, stale);
  return { user };
}

async function full(db: Kysely<unknown>, rows: readonly Row[]): Promise<readonly Row[]> {
  const withTeams = await embedLinked(db, rows, 'team', { table: teams, through: 'users_teams', from: 'user_id', to: 'team_id' });
  return embedLinked(db, withTeams, 'remotecis', { table: remotecis, through: 'user_remotecis', from: 'user_id', to: 'remoteci_id' });
}

function mustBeSelfOrManager(caller: Known, userId: string): void {
  if (!rolesOf(caller).has('epm') && caller.id !== userId) throw notAuthorized();
}

/** Teams by id: users see names, machines also the state of theirs, under another key, as DCI's clients read them. */
function identityOf(principal: Known): object {
  if (principal.kind === 'user') {
    const { id, name, fullname, email, timezone, etag } = principal;
    const teams = Object.fromEntries(
      principal.teams.map((team) => [team.id, { id: team.id, name: team.name, has_pre_release_access: team.hasPreReleaseAccess }]),
    );
    return { id, name, fullname, email, timezone, etag, teams };
  }
  const teams = Object.fromEntries(
    principal.teams.map((team) => [team.id, { team_name: team.name, state: team.state, has_pre_release_access: team.hasPreReleaseAccess }]),
  );
  return { id: principal.id, name: null, fullname: null, email: null, timezone: null, etag: null, teams };
}

export function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
