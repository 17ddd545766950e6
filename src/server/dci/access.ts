import { sql, type Kysely } from 'kysely';
import { isMember, rolesOf, seesAllTeams, type Known } from '../auth/principal.ts';
import { HttpError } from '../http-error.ts';
import type { Row } from './rows.ts';
import type { Condition } from './where.ts';

export function notAuthorized(): HttpError {
  return new HttpError(401, 'Operation not authorized.');
}

/** @throws HttpError 401 unless the caller belongs to the team; `read` lets read-only users in too. */
export function mustBeMember(caller: Known, teamId: unknown, options: { readonly read?: boolean } = {}): void {
  if (isMember(caller, String(teamId)) || (options.read === true && rolesOf(caller).has('read_only'))) return;
  throw notAuthorized();
}

/** Rows of the caller's teams; all for those who see all. */
export function ofCallersTeams(
  caller: Known,
  column: string,
  options: { readonly readOnlySeesAll: boolean } = { readOnlySeesAll: true },
): readonly Condition[] {
  const roles = rolesOf(caller);
  if (roles.has('epm') || (options.readOnlySeesAll && roles.has('read_only'))) return [];
  return [sql`${sql.ref(column)} = any (${teamIds(caller)}::uuid[])`];
}

export function teamIds(caller: Known): readonly string[] {
  return caller.teams.map(({ id }) => id);
}

/** Topics of products that are linked to one of the caller's teams; early ones only for teams with pre-release access. */
export function topicsOfCallersProducts(caller: Known): Condition {
  const early = caller.teams.some((team) => team.hasPreReleaseAccess);
  return sql`select t.id from topics t join products p on p.id = t.product_id join products_teams l on l.product_id = p.id
    where p.state <> 'archived' and t.state <> 'archived' and l.team_id = any (${teamIds(caller)}::uuid[]) and (t.export_control or ${early})`;
}

/** @throws HttpError 401 (reference/dci-control-server.md §2.8), 404 when its product is archived. */
export async function mustSeeTopic(db: Kysely<unknown>, caller: Known, topic: Row): Promise<void> {
  if (seesAllTeams(caller) || caller.kind === 'feeder') return;
  const { rows: products } = await sql<{ state: string }>`select state from products where id = ${topic['product_id']}`.execute(db);
  if (products[0]?.state === 'archived') throw new HttpError(404, 'product not found');
  const { rows } = await sql`select from (${topicsOfCallersProducts(caller)}) seen where seen.id = ${topic.id}`.execute(db);
  if (rows.length === 0) throw notAuthorized();
}

/** A topic's data has pull secrets: where a topic is only embedded, those who do not see all topics do not see it. */
export function embeddedTopic(caller: Known, topic: Row): Row {
  return seesAllTeams(caller) ? topic : { ...topic, data: {} };
}

/** The teams whose components the caller's teams may see, their own included. */
export function componentTeams(caller: Known): Condition {
  return sql`select unnest(${teamIds(caller)}::uuid[]) union select access_team_id from teams_components_access where team_id = any (${teamIds(caller)}::uuid[])`;
}

/** @throws HttpError 401: a component of a team is for its members and those it is shared with, any other for who sees its topic. */
export async function mustSeeComponent(db: Kysely<unknown>, caller: Known, component: Row): Promise<void> {
  const teamId = component['team_id'] as string | null;
  if (teamId === null) {
    const { rows } = await sql<Row>`select id, product_id from topics where id = ${component['topic_id']}`.execute(db);
    if (rows[0]) await mustSeeTopic(db, caller, rows[0]);
    return;
  }
  if (isMember(caller, teamId)) return;
  const { rows } = await sql`select from (${componentTeams(caller)}) seen (id) where seen.id = ${teamId}`.execute(db);
  if (rows.length === 0) throw notAuthorized();
}
