import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, flag, list, newObject, state, text, textOrNull } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { Meta, ProductRow, RemoteciRow, TeamRow, UserRow } from './rows.ts';

const params = z.object({ teamId: PathId });
const member = z.object({ teamId: PathId, userId: PathId });
const TeamWithRemotecis = TeamRow.extend({ remotecis: z.array(RemoteciRow) });
const path = '/api/v1/teams';

export const createTeam = route({
  method: 'POST',
  path,
  body: newObject({
    name: text(),
    country: textOrNull(),
    state: state().default('active'),
    external: flag().default(false),
    has_pre_release_access: flag().default(false),
  }),
  response: z.object({ team: TeamRow }),
  status: 201,
  etagOf: 'team',
  allow: ['super_admin', 'epm'],
});

export const listTeams = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ teams: z.array(TeamWithRemotecis), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getTeam = route({
  method: 'GET',
  path: `${path}/:teamId`,
  params,
  response: z.object({ team: TeamWithRemotecis }),
  etagOf: 'team',
  allow: EVERY_ACCOUNT,
});

export const updateTeam = route({
  method: 'PUT',
  path: `${path}/:teamId`,
  params,
  body: changes({ name: text(), country: text().nullable(), state: state(), external: flag(), has_pre_release_access: flag() }),
  response: z.object({ team: TeamRow }),
  etagOf: 'team',
  needsIfMatch: true,
  allow: ['super_admin', 'epm'],
});

export const deleteTeam = route({
  method: 'DELETE',
  path: `${path}/:teamId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: ['super_admin'],
});

export const listTeamRemotecis = route({
  method: 'GET',
  path: `${path}/:teamId/remotecis`,
  params,
  query: ListQuery,
  response: z.object({ remotecis: z.array(RemoteciRow.extend({ team: TeamRow.nullable(), users: z.array(UserRow) })), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const listTeamProducts = route({
  method: 'GET',
  path: `${path}/:teamId/products`,
  params,
  response: z.object({ products: z.array(ProductRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const listTeamUsers = route({
  method: 'GET',
  path: `${path}/:teamId/users`,
  params,
  response: z.object({ users: z.array(UserRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

/** Adding to a team that gives a role is for the super admin only. */
export const addTeamUser = route({
  method: 'POST',
  path: `${path}/:teamId/users/:userId`,
  params: member,
  response: NOTHING,
  status: 201,
  allow: ['super_admin', 'epm'],
});

export const removeTeamUser = route({
  method: 'DELETE',
  path: `${path}/:teamId/users/:userId`,
  params: member,
  response: NOTHING,
  status: 204,
  allow: ['super_admin', 'epm'],
});

const sharing = { path: `${path}/:teamId/permissions/components`, params, allow: ['super_admin', 'epm'] } as const;
const TeamIds = newObject({ teams_ids: list().default([]) });

/** Teams whose components this team may see. */
export const listComponentTeams = route({ method: 'GET', ...sharing, response: z.object({ teams: z.array(TeamRow), _meta: Meta }) });
export const addComponentTeams = route({ method: 'POST', ...sharing, body: TeamIds, response: NOTHING, status: 201 });
export const removeComponentTeams = route({ method: 'DELETE', ...sharing, body: TeamIds, response: NOTHING, status: 204 });
