import { InvalidArgumentError } from 'commander';

/** Parsers of option values, for commander. */

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('write a number above 0');
  return value;
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('write a port number, 0 for any free one');
  return value;
}

/** `5s`, `10m`, `500ms`, `2h`. */
export function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new InvalidArgumentError('write a number with its unit, for example 5s');
  return Number(number) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit as 'ms' | 's' | 'm' | 'h'];
}

/** For an option that may be repeated. */
export function collected(text: string, earlier: readonly string[]): string[] {
  return [...earlier, text];
}
