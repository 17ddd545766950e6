const RANGE = /\[([^[\]:]*):([^[\]]*)\]/;
const MOST_HOSTS = 10_000;

/**
 * The hosts that a pattern stands for: `master-[0:2]`, `node[01:10:3]`, `rack-[a:c]`, each with the port of `host:2222` taken off.
 *
 * @returns undefined for a range that is none, or of more hosts than a lab has.
 */
export function hostNames(pattern: string): { readonly names: string[]; readonly port: number | undefined } | undefined {
  const [, bare = pattern, port] = /^([^:[\]]+(?:\[[^\]]*\][^:[\]]*)*):(\d+)$/.exec(pattern) ?? [];
  const names = expand(bare);
  return names && names.length <= MOST_HOSTS ? { names, port: port === undefined ? undefined : Number(port) } : undefined;
}

function expand(pattern: string): string[] | undefined {
  const found = RANGE.exec(pattern);
  if (!found) return [pattern];
  const [whole, first = '', rest = ''] = found;
  const [last = '', step = '1'] = rest.split(':');
  const range = /^[a-zA-Z]$/.test(first) ? letters(first, last, Number(step)) : numbers(first || '0', last, Number(step));
  const tails = expand(pattern.slice(found.index + whole.length));
  if (!range || !tails || range.length * tails.length > MOST_HOSTS) return undefined;
  const head = pattern.slice(0, found.index);
  return range.flatMap((one) => tails.map((tail) => `${head}${one}${tail}`));
}

function numbers(first: string, last: string, step: number): string[] | undefined {
  const [from, to] = [Number(first), Number(last)];
  if (!/^\d+$/.test(first) || !/^\d+$/.test(last) || !(step > 0) || from > to || to - from > MOST_HOSTS) return undefined;
  const width = first.length > 1 && first.startsWith('0') ? first.length : 0;
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => String(from + index * step).padStart(width, '0'));
}

function letters(first: string, last: string, step: number): string[] | undefined {
  const [from, to] = [first.codePointAt(0)!, last.codePointAt(0) ?? 0];
  if (!/^[a-zA-Z]$/.test(last) || !(step > 0) || from > to) return undefined;
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => String.fromCodePoint(from + index * step));
}
