import { sql, type Kysely } from 'kysely';
import type { ListQuery } from '../../contract/dci/list-query.ts';
import { sqlState } from '../../db/transaction.ts';
import { messageOf } from '../../util/errors.ts';
import { HttpError } from '../http-error.ts';
import { queryCondition } from './query-language.ts';
import { visibleColumns, type Row } from './rows.ts';
import { columnNames, type Table } from './tables.ts';
import { whereConditions, type Condition } from './where.ts';

const defaultLimit = 20;
const maxLimit = 200;

export interface RowList {
  readonly rows: Row[];
  readonly _meta: { readonly count: number };
}

/** A page of the rows that fulfil `scope` and what the caller asked for; `count` is of all pages. @throws HttpError 400 */
export async function listRows(db: Kysely<unknown>, table: Table, query: ListQuery, scope: readonly Condition[]): Promise<RowList> {
  const asked = query.where !== undefined && query.where !== '' ? whereConditions(table, query.where) : query.query ? [queryCondition(table, query.query)] : [];
  const conditions = [
    ...archived(table),
    ...scope,
    ...asked,
    ...after(table, 'created_at', query.created_after),
    ...after(table, 'updated_at', query.updated_after),
  ];
  const matching = sql`from ${sql.table(table.name)} where ${sql.join(conditions, sql` and `)}`;
  const order = orderOf(table, query.sort || table.order);
  const limit = Math.min(Number(query.limit ?? defaultLimit), maxLimit);
  const page = sql`order by ${order} limit ${limit} offset ${offsetOf(query)}`;
  try {
    const { rows } = await sql<Row>`select ${visibleColumns(table)} ${matching} ${page}`.execute(db);
    const counted = await sql<{ count: number }>`select count(*) as count ${matching}`.execute(db);
    return { rows, _meta: { count: counted.rows[0]!.count } };
  } catch (error) {
    // A comparison that the column's type does not have, or a value that is none of it.
    const state = sqlState(error) ?? '';
    if (state.startsWith('22') || state === '42883' || state === '42809') throw new HttpError(400, messageOf(error), {}, { cause: error });
    throw error;
  }
}

/** `-column` turns the order round. The id comes last, so that pages do not overlap. */
function orderOf(table: Table, sort: string): Condition {
  const keys = sort.split(',').map((key) => {
    const name = key.replace(/^-/, '');
    const kind = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
    if (kind === undefined) throw new HttpError(400, `Invalid sort key: "${name}"`, { 'Valid sort keys': columnNames(table) });
    if (kind === 'secret') throw new HttpError(400, `Invalid sort key: "${name}"`);
    return sql`${sql.ref(`${table.name}.${name}`)} ${key.startsWith('-') ? sql`desc` : sql`asc`}`;
  });
  return sql.join([...keys, sql`${sql.ref(`${table.name}.id`)} desc`]);
}

function archived(table: Table): readonly Condition[] {
  return 'state' in table.columns ? [sql`${sql.ref(`${table.name}.state`)} <> 'archived'`] : [sql`true`];
}

/** A time or milliseconds since the epoch; what is neither is ignored. */
function after(table: Table, column: string, value: string | undefined): readonly Condition[] {
  if (value === undefined || !(column in table.columns)) return [];
  const timeMs = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!Number.isNaN(timeMs) && timeMs < 8.64e15)
    return [sql`${sql.ref(`${table.name}.${column}`)} >= ${new Date(timeMs).toISOString().slice(0, -1)}::timestamp`];
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}$/.test(value) ? [sql`${sql.ref(`${table.name}.${column}`)} >= ${value}::timestamp`] : [];
}

/** An offset that no bigint holds is past the end anyway. */
function offsetOf(query: ListQuery): number {
  return Math.min(Number(query.offset ?? 0), Number.MAX_SAFE_INTEGER);
}
