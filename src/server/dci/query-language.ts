import { sql } from 'kysely';
import { HttpError } from '../http-error.ts';
import type { Table } from './tables.ts';
import type { Condition } from './where.ts';

/**
 * DCI's query language (reference/dci-control-server.md §2.5):
 *
 *     query := clause | ("and"|"or"|"not") "(" query ("," query)* ")"
 *     clause := op "(" field "," value ")" | "null" "(" field ")"
 *
 * As the original, it stops after the first complete query: clients send `a),b)` and mean `a)`.
 *
 * @throws HttpError 400
 */
export function queryCondition(table: Table, text: string): Condition {
  const reader = { text, at: 0 };
  return query(table, reader);
}

interface Reader {
  readonly text: string;
  at: number;
}

const COMPARISONS: Readonly<Record<string, Condition>> = {
  eq: sql`=`,
  ne: sql`<>`,
  lt: sql`<`,
  le: sql`<=`,
  gt: sql`>`,
  ge: sql`>=`,
  like: sql`like`,
  ilike: sql`ilike`,
};

function query(table: Table, reader: Reader): Condition {
  const operator = take(reader, /\s*([a-z_]+)\s*/y);
  take(reader, /(\()\s*/y);
  if (operator === 'and' || operator === 'or' || operator === 'not') {
    const operands = [query(table, reader)];
    while (reader.text[reader.at] === ',') {
      reader.at++;
      operands.push(query(table, reader));
    }
    take(reader, /\s*(\))/y);
    if (operator === 'not' && operands.length > 1) throw unreadable(reader.text);
    const joined = sql`(${sql.join(operands, operator === 'or' ? sql` or ` : sql` and `)})`;
    return operator === 'not' ? sql`not ${joined}` : joined;
  }
  const field = take(reader, /([A-Za-z0-9_]+)\s*/y);
  if (operator === 'null') {
    take(reader, /(\))/y);
    return nullCondition(table, field);
  }
  take(reader, /(,)\s*/y);
  const value = take(reader, /([A-Za-z0-9_ \-%.:/]+)/y);
  take(reader, /(\))/y);
  return clause(table, { operator, field, value, text: reader.text });
}

function clause(
  table: Table,
  { operator, field, value, text }: { readonly operator: string; readonly field: string; readonly value: string; readonly text: string },
): Condition {
  const column = columnOf(table, field);
  if (operator === 'contains') return sql`${value} = any (${column})`;
  if (operator === 'not_contains') return sql`not (${value} = any (${column}))`;
  const comparison = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (!comparison) throw unreadable(text);
  // The literal takes the column's type, as it does in the original; a value that is none of it is the database's 400.
  return sql`${column} ${comparison} ${sql.lit(value)}`;
}

function nullCondition(table: Table, field: string): Condition {
  const column = columnOf(table, field);
  return sql`(${column} is null or ${column} = '')`;
}

function columnOf(table: Table, field: string): Condition {
  const kind = Object.hasOwn(table.columns, field) ? table.columns[field] : undefined;
  if (kind === undefined || kind === 'secret') throw new HttpError(400, `Invalid field: ${field}`);
  return sql.ref(`${table.name}.${field}`);
}

/** The group of a sticky expression at the reader's place, which then moves behind it. */
function take(reader: Reader, expression: RegExp): string {
  expression.lastIndex = reader.at;
  const match = expression.exec(reader.text);
  if (!match) throw unreadable(reader.text);
  reader.at = expression.lastIndex;
  return match[1]!;
}

function unreadable(text: string): HttpError {
  return new HttpError(400, `error while parsing the query ${text}`);
}
