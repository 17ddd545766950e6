import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { goRegExp } from '../schema/go-regexp.ts';
import { isJson } from '../json.ts';
import { CelError } from './expression.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };

/** Functions and methods, a method with its receiver first. Kubernetes' library in part; durations are milliseconds. */
const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  size: (of) => (typeof of === 'string' ? Array.from(of).length : isJson(of) ? Object.keys(of).length : items(of).length),
  matches: (of, pattern) => regExp(text(pattern)).test(text(of)),
  startsWith: (of, start) => text(of).startsWith(text(start)),
  endsWith: (of, end) => text(of).endsWith(text(end)),
  contains: (of, part) => text(of).includes(text(part)),
  lowerAscii: (of) => text(of).toLowerCase(),
  upperAscii: (of) => text(of).toUpperCase(),
  trim: (of) => text(of).trim(),
  split: (of, separator) => text(of).split(text(separator)),
  join: (of, separator) =>
    items(of)
      .map(text)
      .join(separator === undefined ? '' : text(separator)),
  replace: (of, from, to) => text(of).replaceAll(text(from), text(to)),
  substring: (of, from, to) => text(of).slice(Number(from), to === undefined ? undefined : Number(to)),
  indexOf: (of, what) => (typeof of === 'string' ? of.indexOf(text(what)) : items(of).findIndex((one) => isDeepStrictEqual(one, what))),
  int: (of) => Math.trunc(Number(of)),
  uint: (of) => Math.trunc(Number(of)),
  double: (of) => Number(of),
  string: (of) => celKey(of),
  bool: (of) => of === true || of === 'true',
  type: (of) => (Array.isArray(of) ? 'list' : isJson(of) ? 'map' : typeof of),
  duration: (of) => durationMs(text(of)),
  timestamp: (of) => Date.parse(text(of)),
  isURL: (of) => URL.canParse(text(of)),
  isIP: (of) => isIP(text(of)) !== 0,
  sum: (of) => items(of).reduce((all: number, one) => all + Number(one), 0),
  min: (of) => Math.min(...items(of).map(Number)),
  max: (of) => Math.max(...items(of).map(Number)),
  isSorted: (of) => items(of).every((one, index, all) => index === 0 || celKey(all[index - 1]) <= celKey(one)),
};

/** @throws CelError for a function that is not known here, or arguments it does not take. */
export function callFunction(name: string, args: readonly unknown[]): unknown {
  if (!Object.hasOwn(FUNCTIONS, name)) throw new CelError(`undeclared reference to '${name}'`, true);
  return FUNCTIONS[name]?.(...args);
}

/** A value as the key of a map, and as text. */
export function celKey(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new CelError('no such overload');
}

function regExp(pattern: string): RegExp {
  const made = goRegExp(pattern);
  if (made === undefined) throw new CelError(`cannot read the pattern ${pattern}`, true);
  return made;
}

function items(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CelError('no such overload');
}

function durationMs(value: string): number {
  if (!/^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value)) throw new CelError(`invalid duration ${JSON.stringify(value)}`);
  let total = 0;
  for (const [, amount, unit = ''] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) total += Number(amount) * (UNIT_MS[unit] ?? 0);
  return value.startsWith('-') ? -total : total;
}
