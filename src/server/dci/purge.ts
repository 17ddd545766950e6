import { sql, type Kysely } from 'kysely';
import { PURGEABLE, purgeContracts, type Purgeable } from '../../contract/dci/administration.ts';
import type { ServerRoute } from '../handle.ts';
import type { ServerDeps } from '../server-deps.ts';
import { dciRoute } from './dci-route.ts';
import { visibleColumns, type Row } from './rows.ts';
import { TABLES } from './tables.ts';
import type { Condition } from './where.ts';

/** Deleted rows are archived; purging removes them for good, with their contents. */
export const purgeRoutes: readonly ServerRoute[] = (Object.keys(PURGEABLE) as Purgeable[]).flatMap((name) => {
  const { list, purge } = purgeContracts(name);
  return [
    dciRoute(list, async ({ kysely: db }) => {
      const { rows } = await sql<Row>`select ${visibleColumns(TABLES[name])} from ${sql.table(name)} where state = 'archived' order by created_at desc`.execute(
        db,
      );
      return { [name]: rows, _meta: { count: rows.length } };
    }),
    dciRoute(purge, (deps) => purgeArchived(deps, name)),
  ];
});

/** Which jobs, files and components go with an archived row, by the foreign keys that cascade. */
const DOOMED: Readonly<Partial<Record<Purgeable, { readonly jobs?: Condition; readonly components?: Condition; readonly files?: Condition }>>> = {
  files: { files: sql`files.state = 'archived'` },
  jobs: { jobs: sql`jobs.state = 'archived'`, files: sql`files.state = 'archived'` },
  components: { components: sql`components.state = 'archived'` },
  teams: { jobs: of('jobs', 'team_id', 'teams'), components: of('components', 'team_id', 'teams'), files: of('files', 'team_id', 'teams') },
  remotecis: { jobs: of('jobs', 'remoteci_id', 'remotecis') },
  topics: { jobs: of('jobs', 'topic_id', 'topics'), components: of('components', 'topic_id', 'topics') },
  products: { jobs: of('jobs', 'product_id', 'products') },
};

function of(table: string, column: string, owner: string): Condition {
  return sql`${sql.ref(`${table}.${column}`)} in (select id from ${sql.table(owner)} where state = 'archived')`;
}

async function purgeArchived({ kysely, artefacts }: ServerDeps, name: Purgeable): Promise<void> {
  const gone = await kysely.transaction().execute(async (db) => {
    const keys = await doomedArtefacts(db, name);
    const { jobs, files } = DOOMED[name] ?? {};
    if (files) await sql`delete from files where ${files}`.execute(db);
    // A chain of jobs loses the link that is purged.
    if (jobs) {
      for (const column of ['previous_job_id', 'update_previous_job_id']) {
        await sql`update jobs set ${sql.ref(column)} = null where ${sql.ref(column)} in (select id from jobs where ${jobs})`.execute(db);
      }
    }
    await sql`delete from ${sql.table(name)} where state = 'archived'`.execute(db);
    return keys;
  });
  for (const key of gone) await artefacts.remove(key);
}

async function doomedArtefacts(db: Kysely<unknown>, name: Purgeable): Promise<readonly string[]> {
  const { jobs = sql`false`, components = sql`false`, files = sql`false` } = DOOMED[name] ?? {};
  const { rows } = await sql<{ artefact: string }>`
    select artefact from files where artefact is not null and (${files} or job_id in (select id from jobs where ${jobs}))
    union select artefact from component_files where component_id in (select id from components where ${components})
    union select artefact from run_outputs where job_id in (select id from jobs where ${jobs})`.execute(db);
  return rows.map((row) => row.artefact);
}
