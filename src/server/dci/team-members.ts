import { sql } from 'kysely';
import * as contract from '../../contract/dci/teams.ts';
import { rolesOf } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import { mustBeMember, notAuthorized } from './access.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked } from './embed.ts';
import { selectRow } from './rows.ts';
import { TABLES } from './tables.ts';
import { linked } from './teams.ts';

const { teams, users } = TABLES;

/** Membership in these gives a role: only the super admin hands it out, and takes it away. */
const ROLE_TEAMS: ReadonlySet<unknown> = new Set(['admin', 'Red Hat', 'EPM']);

export const teamMemberRoutes: readonly ServerRoute[] = [
  dciRoute(contract.listTeamUsers, async ({ kysely: db }, { params, principal }) => {
    const team = await selectRow(db, teams, params.teamId);
    mustBeMember(principal, team.id);
    return linked(await embedLinked(db, [team], 'users', { table: users, through: 'users_teams', from: 'team_id', to: 'user_id' }), 'users');
  }),

  dciRoute(contract.addTeamUser, async ({ kysely: db }, { params, principal }) => {
    const team = await selectRow(db, teams, params.teamId);
    const user = await selectRow(db, users, params.userId);
    if (ROLE_TEAMS.has(team['name']) && !rolesOf(principal).has('super_admin')) throw notAuthorized();
    await sql`insert into users_teams (user_id, team_id) values (${user.id}, ${team.id}) on conflict do nothing`.execute(db);
  }),

  dciRoute(contract.removeTeamUser, async ({ kysely: db }, { params, principal }) => {
    const team = await selectRow(db, teams, params.teamId);
    const user = await selectRow(db, users, params.userId);
    if (ROLE_TEAMS.has(team['name']) && !rolesOf(principal).has('super_admin')) throw notAuthorized();
    const { numAffectedRows } = await sql`delete from users_teams where user_id = ${user.id} and team_id = ${team.id}`.execute(db);
    if (numAffectedRows === 0n) throw new HttpError(404, 'user not in the team');
  }),

  dciRoute(contract.listComponentTeams, async ({ kysely: db }, { params }) => {
    const team = await selectRow(db, teams, params.teamId);
    return linked(await embedLinked(db, [team], 'teams', { table: teams, through: 'teams_components_access', from: 'team_id', to: 'access_team_id' }), 'teams');
  }),

  dciRoute(contract.addComponentTeams, async ({ kysely: db }, { params, body }) => {
    const team = await selectRow(db, teams, params.teamId);
    for (const id of body.teams_ids) {
      if (id === team.id) continue;
      const other = await selectRow(db, teams, String(id));
      await sql`insert into teams_components_access (team_id, access_team_id) values (${team.id}, ${other.id}) on conflict do nothing`.execute(db);
    }
  }),

  dciRoute(contract.removeComponentTeams, async ({ kysely: db }, { params, body }) => {
    const team = await selectRow(db, teams, params.teamId);
    await sql`delete from teams_components_access where team_id = ${team.id} and access_team_id = any (${body.teams_ids}::uuid[])`.execute(db);
  }),
];
