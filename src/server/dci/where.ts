import { sql, type RawBuilder } from 'kysely';
import { HttpError } from '../http-error.ts';
import { columnNames, type ColumnKind, type Table } from './tables.ts';

export type Condition = RawBuilder<unknown>;

/** `key:value` pairs joined by commas, all of which must hold (reference/dci-control-server.md §2.4). @throws HttpError 400 */
export function whereConditions(table: Table, where: string): readonly Condition[] {
  return where
    .replace(/[\n\t]/g, '')
    .split(',')
    .map((pair) => condition(table, pair));
}

function condition(table: Table, pair: string): Condition {
  const colon = pair.indexOf(':');
  const key = pair.slice(0, colon);
  const value = pair.slice(colon + 1);
  const kind = Object.hasOwn(table.columns, key) ? table.columns[key]! : undefined;
  if (kind === undefined) throw new HttpError(400, `Invalid where key: "${pair}"`, { 'Valid where keys': columnNames(table) });
  if (kind === 'secret' || key === 'data') throw new HttpError(400, `Invalid where key: "${key}"`);
  if (value.includes('\0')) throw new HttpError(400, `${key}: a value may not contain NUL`);
  const column = sql.ref(`${table.name}.${key}`);
  return value === '' ? sql`${column} is null` : compared(kind, column, value);
}

function compared(kind: ColumnKind, column: Condition, value: string): Condition {
  switch (kind) {
    case 'text':
    case 'word': {
      // One star, at the end, makes it a search anywhere in the text; other characters mean themselves.
      if (value.indexOf('*') === value.length - 1) return sql`position(lower(${value.slice(0, -1)}) in lower(${column}::text)) > 0`;
      return sql`lower(${column}::text) = lower(${value})`;
    }
    case 'tags':
      return sql`${value} = any (${column})`;
    case 'json':
      return sql`${column}::text = ${value}`;
    case 'id':
      return sql`${column} = ${value}::uuid`;
    case 'time':
      return sql`${column} = ${value}::timestamp`;
    case 'number':
      return sql`${column} = ${value}::bigint`;
    case 'flag':
      return sql`${column} = ${value}::boolean`;
    case 'secret':
      throw new Error('secrets are refused above');
    default:
      return kind satisfies never;
  }
}
