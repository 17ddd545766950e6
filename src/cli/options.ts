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

/** For an option that may be repeated. */
export function collected(text: string, earlier: readonly string[]): string[] {
  return [...earlier, text];
}
