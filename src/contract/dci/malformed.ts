import type * as z from 'zod';
import { REQUIRED } from './fields.ts';
import { pythonText } from './python-text.ts';

/** The `errors` of a "Request malformed" answer: texts and order as DCI's server gives them. */
export function malformed(error: z.ZodError, input: unknown): string[] {
  return error.issues
    .map((issue) => textOf(issue, input))
    .toSorted((a, b) => (a.plain < b.plain ? -1 : Number(a.plain > b.plain)))
    .map(({ shown }) => shown);
}

interface Text {
  /** What the order goes by. */
  readonly plain: string;
  readonly shown: string;
}

function textOf(issue: z.core.$ZodIssue, input: unknown): Text {
  const name = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return same(unexpected(issue.keys));
  const { message } = issue;
  if (message === REQUIRED) return same(`'${name}' ${REQUIRED}`);
  if (/is not of type '(string|array|integer)'$|is not a valid 'url'$|is not a 'key value csv'$/.test(message))
    return { plain: message, shown: `${name}: ${message}` };
  if (message.includes(' does not match ')) return { plain: message, shown: `${name}: ${pythonText(valueAt(input, issue.path))} ${message}` };
  return same(message);
}

function unexpected(keys: readonly string[]): string {
  return `Additional properties are not allowed (${keys.map(pythonText).join(', ')} ${keys.length === 1 ? 'was' : 'were'} unexpected)`;
}

function same(text: string): Text {
  return { plain: text, shown: text };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) found = typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[key] : undefined;
  return found;
}
