const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const known = new Map<string, RegExp | undefined>();

/** A pattern of Go's regexp (RE2) as JavaScript's; undefined when it uses what JavaScript does not have. */
export function goRegExp(pattern: string): RegExp | undefined {
  if (known.has(pattern)) return known.get(pattern);
  const made = translated(pattern);
  known.set(pattern, made);
  return made;
}

function translated(pattern: string): RegExp | undefined {
  const [, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const source = pattern
    .slice(flags === '' ? 0 : flags.length + 3)
    .replaceAll(/\[:(\^?)(\w+):\]/g, (whole, not: string, name: string) => (not === '' ? (POSIX[name] ?? whole) : whole))
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$');
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
