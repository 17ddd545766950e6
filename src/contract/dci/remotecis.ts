import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, data, flag, id, newObject, state, text } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { FeederRow, Meta, RemoteciRow, TeamRow, UserRow } from './rows.ts';

const params = z.object({ remoteciId: PathId });
const path = '/api/v1/remotecis';
const FullRemoteci = RemoteciRow.extend({ team: TeamRow.nullable(), users: z.array(UserRow) });
/** The secret is shown when it is made, and never again. */
const secret = { api_secret: z.string() };

export const createRemoteci = route({
  method: 'POST',
  path,
  body: newObject({ name: text(), team_id: id(), state: state().default('active'), data: data().default({}), public: flag().default(false) }),
  response: z.object({ remoteci: RemoteciRow.extend(secret) }),
  status: 201,
  etagOf: 'remoteci',
  allow: EVERY_ACCOUNT,
});

export const listRemotecis = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ remotecis: z.array(FullRemoteci), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getRemoteci = route({
  method: 'GET',
  path: `${path}/:remoteciId`,
  params,
  response: z.object({ remoteci: FullRemoteci }),
  etagOf: 'remoteci',
  allow: EVERY_ACCOUNT,
});

/** Its team cannot be changed: that would hand its secret's rights to another team. */
export const updateRemoteci = route({
  method: 'PUT',
  path: `${path}/:remoteciId`,
  params,
  body: changes({ name: text(), state: state(), data: data(), public: flag(), team_id: id() }),
  response: z.object({ remoteci: RemoteciRow }),
  etagOf: 'remoteci',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const deleteRemoteci = route({
  method: 'DELETE',
  path: `${path}/:remoteciId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

/** The bare object; `keys=a,b` picks from it. */
export const getRemoteciData = route({
  method: 'GET',
  path: `${path}/:remoteciId/data`,
  params,
  query: z.looseObject({ keys: z.string().optional() }),
  response: z.record(z.string(), z.unknown()),
  allow: EVERY_ACCOUNT,
});

/** If-match must be there; its value is not compared, as clients rely on. */
export const renewRemoteciSecret = route({
  method: 'PUT',
  path: `${path}/:remoteciId/api_secret`,
  params,
  response: z.object({ remoteci: RemoteciRow.extend(secret) }),
  etagOf: 'remoteci',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

/** The caller is told of this remoteci's failed jobs. */
export const subscribeToRemoteci = route({
  method: 'POST',
  path: `${path}/:remoteciId/users`,
  params,
  response: z.object({ user_id: z.string(), remoteci_id: z.string() }),
  status: 201,
  allow: EVERY_ACCOUNT,
});

export const listRemoteciSubscribers = route({
  method: 'GET',
  path: `${path}/:remoteciId/users`,
  params,
  response: z.object({ users: z.array(UserRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const unsubscribeFromRemoteci = route({
  method: 'DELETE',
  path: `${path}/:remoteciId/users/:userId`,
  params: z.object({ remoteciId: PathId, userId: PathId }),
  response: NOTHING,
  status: 204,
  allow: EVERY_ACCOUNT,
});

const feeder = z.object({ feederId: PathId });

export const createFeeder = route({
  method: 'POST',
  path: '/api/v1/feeders',
  body: newObject({ name: text(), team_id: id(), state: state().default('active'), data: data().default({}) }),
  response: z.object({ feeder: FeederRow.extend(secret) }),
  status: 201,
  etagOf: 'feeder',
  allow: ['super_admin', 'epm'],
});

export const listFeeders = route({
  method: 'GET',
  path: '/api/v1/feeders',
  query: ListQuery,
  response: z.object({ feeders: z.array(FeederRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getFeeder = route({
  method: 'GET',
  path: '/api/v1/feeders/:feederId',
  params: feeder,
  response: z.object({ feeder: FeederRow }),
  etagOf: 'feeder',
  allow: EVERY_ACCOUNT,
});

export const updateFeeder = route({
  method: 'PUT',
  path: '/api/v1/feeders/:feederId',
  params: feeder,
  body: changes({ name: text(), state: state(), data: data() }),
  response: z.object({ feeder: FeederRow }),
  etagOf: 'feeder',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const deleteFeeder = route({
  method: 'DELETE',
  path: '/api/v1/feeders/:feederId',
  params: feeder,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const renewFeederSecret = route({
  method: 'PUT',
  path: '/api/v1/feeders/:feederId/api_secret',
  params: feeder,
  response: z.object({ feeder: FeederRow.extend(secret) }),
  etagOf: 'feeder',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});
