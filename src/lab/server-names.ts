/** What a name with a range stands for, or what is wrong with it. */
export type NameRange = { readonly names: readonly string[] } | { readonly problem: string; readonly hint: string };

/** No lab has more; a typing mistake must not fill the memory. */
const MAX_RANGE = 10_000;

/** `server[01-09]` is `server01` … `server09`; a plain name is itself. */
export function expandNames(pattern: string): NameRange {
  const match = /^([^[\]]*)\[(\d+)-(\d+)\]([^[\]]*)$/.exec(pattern);
  const [, before = pattern, from = '', to = '', after = ''] = match ?? [];
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(match ? `${before}${to.padStart(from.length, '0')}${after}` : pattern)) {
    return { problem: `"${pattern}" is not a server name`, hint: 'use lower-case letters, digits and dashes, with at most one range: server[01-09]' };
  }
  if (!match) return { names: [pattern] };
  const [first, last] = [Number(from), Number(to)];
  if (last < first) return { problem: `the range of ${pattern} counts down and names no server`, hint: `write ${before}[${to}-${from}]${after}` };
  if (last - first >= MAX_RANGE) return { problem: `the range of ${pattern} has more than ${MAX_RANGE} names`, hint: 'check its two numbers' };
  return { names: Array.from({ length: last - first + 1 }, (_, index) => `${before}${String(first + index).padStart(from.length, '0')}${after}`) };
}
