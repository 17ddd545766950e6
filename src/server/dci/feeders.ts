import * as contract from '../../contract/dci/remotecis.ts';
import { newApiSecret } from '../auth/api-secret.ts';
import type { ServerRoute } from '../handle.ts';
import { mustBeMember, ofCallersTeams } from './access.ts';
import { dciRoute } from './dci-route.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow } from './rows.ts';
import { TABLES } from './tables.ts';

const { feeders } = TABLES;

/** Feeders are the robots that create components: remotecis without jobs, which only managers make. */
export const feederRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createFeeder, async ({ kysely: db }, { body }) => {
    const secret = newApiSecret();
    return { feeder: { ...(await insertRow(db, feeders, { ...body, api_secret: secret })), api_secret: secret } };
  }),

  dciRoute(contract.listFeeders, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, feeders, query, ofCallersTeams(principal, 'feeders.team_id', { readOnlySeesAll: false }));
    return { feeders: rows, _meta };
  }),

  dciRoute(contract.getFeeder, async ({ kysely: db }, { params, principal }) => {
    const feeder = await selectRow(db, feeders, params.feederId);
    mustBeMember(principal, feeder['team_id']);
    return { feeder };
  }),

  dciRoute(contract.updateFeeder, async ({ kysely: db }, { params, body, ifMatch, principal }) => {
    const { id, team_id } = await selectRow(db, feeders, params.feederId);
    mustBeMember(principal, team_id);
    const feeder = await updateRow(db, feeders, { id, etag: ifMatch }, body);
    if (!feeder) throw notFound(feeders);
    return { feeder };
  }),

  dciRoute(contract.deleteFeeder, async ({ kysely: db }, { params, ifMatch, principal }) => {
    const { id, team_id } = await selectRow(db, feeders, params.feederId);
    mustBeMember(principal, team_id);
    if (!(await archiveRow(db, feeders, { id, etag: ifMatch }))) throw notFound(feeders);
  }),

  dciRoute(contract.renewFeederSecret, async ({ kysely: db }, { params, principal }) => {
    const { id, team_id, etag } = await selectRow(db, feeders, params.feederId);
    mustBeMember(principal, team_id);
    const secret = newApiSecret();
    const feeder = await updateRow(db, feeders, { id, etag: String(etag) }, { api_secret: secret });
    if (!feeder) throw notFound(feeders);
    return { feeder: { ...feeder, api_secret: secret } };
  }),
];
