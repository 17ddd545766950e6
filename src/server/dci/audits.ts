import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/administration.ts';
import type { Known } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { dciRoute } from './dci-route.ts';
import { listRows } from './list-rows.ts';
import { TABLES } from './tables.ts';

export const auditRoutes: readonly ServerRoute[] = [
  dciRoute(contract.listAudits, async ({ kysely: db }, { query }) => {
    const { rows, _meta } = await listRows(db, TABLES.logs, query, []);
    return { audits: rows, _meta };
  }),
];

/** Notes that somebody tries this; outside the transaction that may refuse it. */
export async function audit(
  db: Kysely<unknown>,
  caller: Known,
  action: 'create_product' | 'create_teams' | 'update_job_by_id' | 'delete_job_by_id',
): Promise<void> {
  await sql`insert into logs (user_id, action) values (${caller.id}, ${action})`.execute(db);
}
