import * as z from 'zod';
import { REQUIRED } from './fields.ts';
import { pythonText } from './python-text.ts';

const rules: Readonly<Record<string, RegExp | undefined>> = {
  limit: /^[1-9]\d*$/,
  offset: /^\d+$/,
  sort: undefined,
  where: undefined,
  query: undefined,
  created_after: undefined,
  updated_after: undefined,
  embed: undefined,
};

/** The parameters of every list that checks them (reference/dci-control-server.md §2.3). */
export interface ListQuery {
  readonly limit?: string;
  readonly offset?: string;
  readonly sort?: string;
  readonly where?: string;
  readonly query?: string;
  readonly created_after?: string;
  readonly updated_after?: string;
}

/** `limit` and `offset` come together or not at all; what is unknown is refused. */
export const ListQuery = z.record(z.string(), z.string()).superRefine((query, context) => {
  const report = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message, continue: true });
  for (const [one, other] of [
    ['limit', 'offset'],
    ['offset', 'limit'],
  ] as const) {
    if (one in query && !(other in query)) report([other], REQUIRED);
  }
  for (const [name, value] of Object.entries(query)) {
    const rule = rules[name];
    if (rule && !rule.test(value)) report([name], `${pythonText(value)} does not match ${pythonText(rule.source)}`);
    if (name === 'where' && !isKeyValueCsv(value)) report([name], `${pythonText(value)} is not a 'key value csv'`);
  }
  const unknown = Object.keys(query).filter((name) => !Object.hasOwn(rules, name));
  if (unknown.length > 0) context.addIssue({ code: 'unrecognized_keys', keys: unknown, input: query, continue: true });
}) as unknown as z.ZodType<ListQuery>;

function isKeyValueCsv(where: string): boolean {
  return where.split(',').every((piece) => piece.includes(':'));
}
