import { sql, type Kysely, type RawBuilder } from 'kysely';
import { sqlState } from '../../db/transaction.ts';
import { HttpError } from '../http-error.ts';
import type { Table } from './tables.ts';
import type { Condition } from './where.ts';

/** A row as DCI shows it. The route's contract says what of it leaves the server. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** Columns of a table without its secrets. */
export function visibleColumns(table: Table): RawBuilder<unknown> {
  const names = Object.keys(table.columns).filter((name) => table.columns[name] !== 'secret');
  return sql.join(names.map((name) => sql.ref(`${table.name}.${name}`)));
}

/** @throws HttpError 404 when there is none, or it is archived. */
export async function selectRow(db: Kysely<unknown>, table: Table, id: string): Promise<Row> {
  const active = 'state' in table.columns ? sql`and state <> 'archived'` : sql``;
  const { rows } = await sql<Row>`select ${visibleColumns(table)} from ${sql.table(table.name)} where id = ${id} ${active}`.execute(db);
  if (!rows[0]) throw notFound(table);
  return rows[0];
}

/** @throws HttpError 409 for a name that is taken or a reference to nothing, 400 for what a column cannot hold. */
export async function insertRow(db: Kysely<unknown>, table: Table, values: Readonly<Record<string, unknown>>): Promise<Row> {
  const names = Object.keys(values);
  const insert = sql<Row>`insert into ${sql.table(table.name)} (${sql.join(names.map((name) => sql.ref(name)))})
    values (${sql.join(names.map((name) => stored(table, name, values[name])))}) returning ${visibleColumns(table)}`;
  const { rows } = await explained('create', () => insert.execute(db));
  return rows[0]!;
}

/**
 * Changes a row if it still has this etag; even no change makes a new one.
 *
 * @returns undefined when it has another etag, or is gone.
 * @throws HttpError as `insertRow`.
 */
export async function updateRow(
  db: Kysely<unknown>,
  table: Table,
  row: { readonly id: string; readonly etag: string },
  values: Readonly<Record<string, unknown>>,
): Promise<Row | undefined> {
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  const assignments: Condition[] = given.map((name) => sql`${sql.ref(name)} = ${stored(table, name, values[name])}`);
  const update = sql<Row>`update ${sql.table(table.name)} set ${sql.join([sql`etag = etag`, ...assignments])}
    where id = ${row.id} and etag = ${row.etag} and state <> 'archived' returning ${visibleColumns(table)}`;
  const { rows } = await explained('update', () => update.execute(db));
  return rows[0];
}

/** Hides a row from everything but purge. @returns whether it still had this etag. */
export async function archiveRow(db: Kysely<unknown>, table: Table, row: { readonly id: string; readonly etag: string }): Promise<boolean> {
  return (await updateRow(db, table, row, { state: 'archived' })) !== undefined;
}

export function notFound(table: Table): HttpError {
  return new HttpError(404, `${table.one} not found`);
}

function stored(table: Table, name: string, value: unknown): RawBuilder<unknown> {
  if (table.columns[name] === 'json') return sql`${JSON.stringify(value)}::jsonb`;
  if (table.columns[name] === 'tags') return sql`${tagsIn(value)}::text[]`;
  return sql`${value}`;
}

/** Tags that are no text cannot be stored; the text of the error is DCI's for anything its database refuses. */
function tagsIn(value: unknown): unknown {
  if (Array.isArray(value) && value.every((tag) => typeof tag === 'string')) return value;
  throw new HttpError(400, 'We are unable to update this resource. Please contact a DCI administrator.');
}

/** The database's refusals in DCI's words (reference/dci-control-server.md §2.2). */
async function explained<T>(verb: 'create' | 'update', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const state = sqlState(error);
    const unable = `We are unable to ${verb} this resource.`;
    if (state === '23505' || state === '23503') throw new HttpError(409, `${unable} A similar resource already exists.`, {}, { cause: error });
    if (state?.startsWith('22') === true || state?.startsWith('23') === true)
      throw new HttpError(400, `${unable} Please contact a DCI administrator.`, {}, { cause: error });
    throw error;
  }
}
