import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/components.ts';
import { isMember, rolesOf, seesAllTeams, type Known } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { componentTeams, mustBeMember, mustSeeComponent, notAuthorized, ofCallersTeams, topicsOfCallersProducts } from './access.ts';
import { readComponentName } from './component-name.ts';
import { dciRoute } from './dci-route.ts';
import { embedMany } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow, visibleColumns, type Row } from './rows.ts';
import { TABLES } from './tables.ts';
import { defined } from './users.ts';
import type { Condition } from './where.ts';

const { components, componentFiles, jobs } = TABLES;

export const componentRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createComponent, async ({ kysely: db }, { body, principal }) => {
    mustOwn(principal, body.team_id ?? null);
    const name = body.name ?? body.display_name ?? '';
    const read = readComponentName(name, body.canonical_project_name);
    const values = defined({
      ...body,
      name,
      type: body.type.toLowerCase(),
      display_name: body.display_name ?? read.displayName,
      version: body.version || read.version,
      uid: body.uid || read.uid,
    });
    // What was sent is shown as it was sent: a date may be any text the database understands.
    return { component: { ...(await insertRow(db, components, values)), ...values } };
  }),

  dciRoute(contract.listComponents, async ({ kysely: db }, { query, principal }) => {
    // Product links count for everybody here, as in the original: an administrator's team without links sees nothing.
    const scope = [sql`components.topic_id in (${topicsOfCallersProducts(principal)})`, ...componentsVisibleTo(principal)];
    const { rows, _meta } = await listRows(db, components, query, scope);
    return { components: rows, _meta };
  }),

  dciRoute(contract.getComponent, async ({ kysely: db }, { params, principal }) => {
    const component = await selectRow(db, components, params.componentId);
    await mustSeeComponent(db, principal, component);
    const [withFiles] = await embedMany(db, [component], 'files', componentFiles, 'component_id');
    return { component: { ...withFiles, jobs: await jobsWith(db, component.id, principal) } };
  }),

  dciRoute(contract.updateComponent, async ({ kysely: db }, { params, body, ifMatch, principal }) => {
    const { id, ...found } = await selectRow(db, components, params.componentId);
    await mustSeeComponent(db, principal, { id, ...found });
    if (!mayEdit(principal, found['team_id'] as string | null, Object.keys(defined(body)))) throw notAuthorized();
    const component = await updateRow(db, components, { id, etag: ifMatch }, defined({ ...body, type: body.type?.toLowerCase() }));
    if (!component) throw notFound(components);
    return { component };
  }),

  dciRoute(contract.deleteComponent, async ({ kysely: db }, { params, ifMatch, principal }) => {
    const component = await selectRow(db, components, params.componentId);
    mustOwn(principal, component['team_id'] as string | null);
    if (!(await archiveRow(db, components, { id: component.id, etag: ifMatch }))) throw notFound(components);
  }),
];

/** Components of no team, of the caller's teams, and of those shared with them. */
export function componentsVisibleTo(caller: Known): readonly Condition[] {
  if (rolesOf(caller).has('epm') || caller.kind === 'feeder') return [];
  return [sql`(components.team_id is null or components.team_id in (${componentTeams(caller)}))`];
}

/** A team's component is its members'; one without a team belongs to managers and feeders. */
function mustOwn(caller: Known, teamId: string | null): void {
  if (teamId !== null) return mustBeMember(caller, teamId);
  if (!rolesOf(caller).has('epm') && caller.kind !== 'feeder') throw notAuthorized();
}

/** Whoever sees a component may tag it: pipelines mark what they tested. Anything else is its owner's. */
function mayEdit(caller: Known, teamId: string | null, keys: readonly string[]): boolean {
  if (keys.every((key) => key === 'tags')) return true;
  return teamId === null ? rolesOf(caller).has('epm') || caller.kind === 'feeder' : isMember(caller, teamId);
}

async function jobsWith(db: Kysely<unknown>, componentId: string, caller: Known): Promise<readonly Row[]> {
  const scope = seesAllTeams(caller) ? [] : ofCallersTeams(caller, 'jobs.team_id');
  const conditions = sql.join([sql`jobs.state <> 'archived'`, ...scope], sql` and `);
  const { rows } = await sql<Row>`select ${visibleColumns(jobs)} from jobs join jobs_components l on l.job_id = jobs.id
    where l.component_id = ${componentId} and ${conditions} order by jobs.created_at desc`.execute(db);
  return rows;
}
