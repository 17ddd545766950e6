import { sql, type Kysely } from 'kysely';
import { visibleColumns, type Row } from './rows.ts';
import type { Table } from './tables.ts';

/** Embedded rows are not filtered by state: what was archived still shows where it was used (reference/dci-control-server.md §1.3). */

/** Puts the row that `column` names under `key`; null without one. */
export async function embedOne<R extends Row>(db: Kysely<unknown>, rows: readonly R[], key: string, table: Table, column: string): Promise<R[]> {
  const ids = [...new Set(rows.map((row) => row[column]).filter((id) => id !== null && id !== undefined))];
  const { rows: found } = await sql<Row>`select ${visibleColumns(table)} from ${sql.table(table.name)} where id = any (${ids}::uuid[])`.execute(db);
  const byId = new Map(found.map((row) => [row.id, row]));
  return rows.map((row) => ({ ...row, [key]: byId.get(String(row[column])) ?? null }));
}

/** Puts the rows whose `column` names this row under `key`, oldest first. */
export async function embedMany<R extends Row>(db: Kysely<unknown>, rows: readonly R[], key: string, table: Table, column: string): Promise<R[]> {
  const ids = rows.map((row) => row.id);
  const { rows: found } = await sql<Row>`select ${visibleColumns(table)} from ${sql.table(table.name)}
    where ${sql.ref(column)} = any (${ids}::uuid[]) order by created_at`.execute(db);
  const byOwner = Map.groupBy(found, (row) => String(row[column]));
  return rows.map((row) => ({ ...row, [key]: byOwner.get(row.id) ?? [] }));
}

/** Puts the rows that a link table connects to this row under `key`. */
export async function embedLinked<R extends Row>(
  db: Kysely<unknown>,
  rows: readonly R[],
  key: string,
  link: { readonly table: Table; readonly through: string; readonly from: string; readonly to: string },
): Promise<R[]> {
  const ids = rows.map((row) => row.id);
  const { rows: found } = await sql<Row & { readonly owner: string }>`select link.${sql.ref(link.from)} as owner, ${visibleColumns(link.table)}
    from ${sql.table(link.through)} link join ${sql.table(link.table.name)} on ${sql.ref(`${link.table.name}.id`)} = link.${sql.ref(link.to)}
    where link.${sql.ref(link.from)} = any (${ids}::uuid[]) order by ${sql.ref(`${link.table.name}.created_at`)}`.execute(db);
  const byOwner = Map.groupBy(found, (row) => row.owner);
  return rows.map((row) => ({ ...row, [key]: byOwner.get(row.id) ?? [] }));
}
