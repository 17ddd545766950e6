import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { pythonText } from './python-text.ts';
import { changes, email, newObject, state, text } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { Meta, RemoteciRow, TeamRow, UserRow } from './rows.ts';

const params = z.object({ userId: PathId });
const path = '/api/v1/users';
const FullUser = UserRow.extend({ team: z.array(TeamRow), remotecis: z.array(RemoteciRow) });

export const createUser = route({
  method: 'POST',
  path,
  body: newObject({
    name: text().optional(),
    fullname: text().optional(),
    email: email().optional(),
    sso_username: text().optional(),
    password: text().optional(),
    timezone: text().default('UTC'),
    state: state().default('active'),
  }).refine((user) => user.email !== undefined || user.sso_username !== undefined, {
    error: ({ input }) => `${pythonText(input)} is not valid under any of the given schemas`,
  }),
  // Only what was sent: a user without e-mail has no e-mail in this answer.
  response: z.object({ user: UserRow.partial({ email: true, sso_username: true, sso_sub: true }) }),
  status: 201,
  etagOf: 'user',
  allow: ['super_admin', 'epm'],
});

export const listUsers = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ users: z.array(FullUser), _meta: Meta }),
  allow: ['super_admin', 'epm'],
});

export const getUser = route({ method: 'GET', path: `${path}/:userId`, params, response: z.object({ user: FullUser }), etagOf: 'user', allow: EVERY_ACCOUNT });

export const getMe = route({ method: 'GET', path: `${path}/me`, response: z.object({ user: FullUser }), etagOf: 'user', allow: EVERY_ACCOUNT });

const OwnChanges = changes({ current_password: text(), new_password: text(), fullname: text(), email: email(), timezone: text() });

export const updateMe = route({
  method: 'PUT',
  path: `${path}/me`,
  body: OwnChanges,
  response: z.object({ user: UserRow }),
  etagOf: 'user',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const updateUser = route({
  method: 'PUT',
  path: `${path}/:userId`,
  params,
  body: changes({ name: text(), fullname: text(), email: email(), sso_sub: text().nullable(), timezone: text(), password: text(), state: state() }),
  response: z.object({ user: UserRow }),
  etagOf: 'user',
  needsIfMatch: true,
  allow: ['super_admin'],
});

export const deleteUser = route({
  method: 'DELETE',
  path: `${path}/:userId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: ['super_admin'],
});

export const listUserTeams = route({
  method: 'GET',
  path: `${path}/:userId/teams`,
  params,
  response: z.object({ teams: z.array(TeamRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

/** The remotecis whose failures this user is told of. */
export const listUserRemotecis = route({
  method: 'GET',
  path: `${path}/:userId/remotecis`,
  params,
  response: z.object({ remotecis: z.array(RemoteciRow) }),
  allow: EVERY_ACCOUNT,
});

const Identity = z.object({
  id: z.string(),
  etag: z.string().nullable(),
  name: z.string().nullable(),
  fullname: z.string().nullable(),
  email: z.string().nullable(),
  timezone: z.string().nullable(),
  teams: z.record(
    z.string(),
    z.object({
      id: z.string().optional(),
      name: z.string().optional(),
      team_name: z.string().optional(),
      state: z.string().optional(),
      has_pre_release_access: z.boolean(),
    }),
  ),
});

export const getIdentity = route({
  method: 'GET',
  path: '/api/v1/identity',
  response: z.object({ identity: Identity }),
  etagOf: 'identity',
  allow: EVERY_ACCOUNT,
});

export const updateIdentity = route({
  method: 'PUT',
  path: '/api/v1/identity',
  body: OwnChanges,
  response: z.object({ user: UserRow }),
  etagOf: 'user',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});
