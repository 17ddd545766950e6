import { sql } from 'kysely';
import * as contract from '../../contract/dci/teams.ts';
import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import { mustBeMember, ofCallersTeams } from './access.ts';
import { audit } from './audits.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked, embedMany, embedOne } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, selectRow, updateRow } from './rows.ts';
import { TABLES } from './tables.ts';

const { teams, remotecis, users, products } = TABLES;

export const teamRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createTeam, async ({ kysely: db }, { body, principal }) => {
    await audit(db, principal, 'create_teams');
    return { team: await insertRow(db, teams, body) };
  }),

  dciRoute(contract.listTeams, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, teams, query, ofCallersTeams(principal, 'teams.id'));
    return { teams: await embedMany(db, rows, 'remotecis', remotecis, 'team_id'), _meta };
  }),

  dciRoute(contract.getTeam, async ({ kysely: db }, { params, principal }) => {
    const team = await selectRow(db, teams, params.teamId);
    mustBeMember(principal, team.id, { read: true });
    const [full] = await embedMany(db, [team], 'remotecis', remotecis, 'team_id');
    return { team: full };
  }),

  dciRoute(contract.updateTeam, async ({ kysely: db }, { params, body, ifMatch }) => {
    const { id } = await selectRow(db, teams, params.teamId);
    const team = await updateRow(db, teams, { id, etag: ifMatch }, body);
    if (!team) throw new HttpError(409, 'update failed, either team not found or etag not matched');
    return { team };
  }),

  dciRoute(contract.deleteTeam, ({ kysely }, { params, ifMatch }) =>
    kysely.transaction().execute(async (db) => {
      const { id } = await selectRow(db, teams, params.teamId);
      if (!(await archiveRow(db, teams, { id, etag: ifMatch }))) throw new HttpError(409, 'delete failed, either team already deleted or etag not matched');
      for (const owned of ['files', 'remotecis', 'jobs']) await sql`update ${sql.table(owned)} set state = 'archived' where team_id = ${id}`.execute(db);
      await sql`delete from users_teams where team_id = ${id}`.execute(db);
    }),
  ),

  dciRoute(contract.listTeamRemotecis, async ({ kysely: db }, { params, query, principal }) => {
    const team = await selectRow(db, teams, params.teamId);
    mustBeMember(principal, team.id);
    const { rows, _meta } = await listRows(db, remotecis, query, [sql`remotecis.team_id = ${team.id}`]);
    const withTeam = await embedOne(db, rows, 'team', teams, 'team_id');
    return { remotecis: await embedLinked(db, withTeam, 'users', { table: users, through: 'user_remotecis', from: 'remoteci_id', to: 'user_id' }), _meta };
  }),

  dciRoute(contract.listTeamProducts, async ({ kysely: db }, { params, principal }) => {
    const team = await selectRow(db, teams, params.teamId);
    mustBeMember(principal, team.id);
    return linked(await embedLinked(db, [team], 'products', { table: products, through: 'products_teams', from: 'team_id', to: 'product_id' }), 'products');
  }),
];

/** The rows embedded in the only one of these, as a list of their own without what is archived. */
export function linked(rows: readonly Readonly<Record<string, unknown>>[], key: string): Readonly<Record<string, unknown>> {
  const found = rows[0]![key] as readonly Readonly<Record<string, unknown>>[];
  const present = found.filter((row) => row['state'] !== 'archived');
  return { [key]: present, _meta: { count: present.length } };
}
