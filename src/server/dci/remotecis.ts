import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/remotecis.ts';
import { newApiSecret } from '../auth/api-secret.ts';
import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import { mustBeMember, ofCallersTeams } from './access.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked, embedOne } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow, type Row } from './rows.ts';
import { TABLES } from './tables.ts';
import { linked } from './teams.ts';

const { remotecis, teams, users } = TABLES;
const subscribers = { table: users, through: 'user_remotecis', from: 'remoteci_id', to: 'user_id' } as const;

export const remoteciRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createRemoteci, async ({ kysely: db }, { body, principal }) => {
    mustBeMember(principal, body.team_id);
    const secret = newApiSecret();
    return { remoteci: { ...(await insertRow(db, remotecis, { ...body, api_secret: secret })), api_secret: secret } };
  }),

  dciRoute(contract.listRemotecis, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, remotecis, query, ofCallersTeams(principal, 'remotecis.team_id'));
    return { remotecis: await full(db, rows), _meta };
  }),

  dciRoute(contract.getRemoteci, async ({ kysely: db }, { params, principal }) => {
    const remoteci = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, remoteci['team_id'], { read: true });
    return { remoteci: (await full(db, [remoteci]))[0] };
  }),

  dciRoute(contract.updateRemoteci, async ({ kysely: db }, { params, body, ifMatch, principal }) => {
    const { id, team_id } = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, team_id);
    if (body.team_id !== undefined && body.team_id !== team_id) throw new HttpError(400, 'a remoteci cannot change its team');
    const remoteci = await updateRow(db, remotecis, { id, etag: ifMatch }, body);
    // Archiving by PUT works and answers that it is gone.
    if (!remoteci || remoteci['state'] === 'archived') throw notFound(remotecis);
    return { remoteci };
  }),

  dciRoute(contract.deleteRemoteci, ({ kysely }, { params, ifMatch, principal }) =>
    kysely.transaction().execute(async (db) => {
      const { id, team_id } = await selectRow(db, remotecis, params.remoteciId);
      mustBeMember(principal, team_id);
      if (!(await archiveRow(db, remotecis, { id, etag: ifMatch }))) throw notFound(remotecis);
      await sql`update jobs set state = 'archived' where remoteci_id = ${id}`.execute(db);
      await sql`delete from user_remotecis where remoteci_id = ${id}`.execute(db);
    }),
  ),

  dciRoute(contract.getRemoteciData, async ({ kysely: db }, { params, query, principal }) => {
    const { team_id, data } = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, team_id, { read: true });
    const keys = query.keys?.split(',');
    return Object.fromEntries(Object.entries(data as object).filter(([key]) => keys === undefined || keys.includes(key)));
  }),

  dciRoute(contract.renewRemoteciSecret, async ({ kysely: db }, { params, principal }) => {
    const { id, team_id, etag } = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, team_id);
    const secret = newApiSecret();
    const remoteci = await updateRow(db, remotecis, { id, etag: String(etag) }, { api_secret: secret });
    if (!remoteci) throw notFound(remotecis);
    return { remoteci: { ...remoteci, api_secret: secret } };
  }),

  dciRoute(contract.subscribeToRemoteci, async ({ kysely: db }, { params, principal }) => {
    const { id, team_id } = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, team_id);
    const link = { name: 'user_remotecis', one: 'subscription', columns: { user_id: 'id', remoteci_id: 'id' }, order: 'user_id' } as const;
    await insertRow(db, link, { user_id: principal.id, remoteci_id: id });
    return { user_id: principal.id, remoteci_id: id };
  }),

  dciRoute(contract.listRemoteciSubscribers, async ({ kysely: db }, { params, principal }) => {
    const remoteci = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, remoteci['team_id']);
    return linked(await embedLinked(db, [remoteci], 'users', subscribers), 'users');
  }),

  dciRoute(contract.unsubscribeFromRemoteci, async ({ kysely: db }, { params, principal }) => {
    const { id, team_id } = await selectRow(db, remotecis, params.remoteciId);
    mustBeMember(principal, team_id);
    const { numAffectedRows } = await sql`delete from user_remotecis where user_id = ${params.userId} and remoteci_id = ${id}`.execute(db);
    if (numAffectedRows === 0n) throw new HttpError(404, 'user not subscribed');
  }),
];

async function full(db: Kysely<unknown>, rows: readonly Row[]): Promise<readonly Row[]> {
  return embedLinked(db, await embedOne(db, rows, 'team', teams, 'team_id'), 'users', subscribers);
}
