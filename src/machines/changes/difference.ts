/** One thing of an object that is not as planned. */
export interface Difference {
  /** `memory`, `devices disk sda source file`, `line`. */
  readonly field: string;
  /** undefined: it is not planned at all. */
  readonly wanted: string | undefined;
  /** undefined: it is not there. */
  readonly found: string | undefined;
}

/** What a whole element or object is wanted to be. */
export const THERE = 'there';

/** `memory is 256 MiB, planned 128 MiB`, `disk sdb is not planned`. */
export function differenceText({ field, wanted, found }: Difference): string {
  if (wanted === undefined) return `${field} is not planned`;
  if (wanted === THERE) return `${field} is missing`;
  return `${field} is ${found === undefined ? 'missing' : found === '' ? 'empty' : found}, planned ${wanted}`;
}
