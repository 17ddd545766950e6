import { scalarText } from './scalar-text.ts';

/**
 * A Python literal as `ast.literal_eval` reads it, which is what Ansible does with values in INI inventories: `8` is a number,
 * `True` is true, `true` is text, `[1, 'a']` is a list. A comment may follow.
 *
 * @returns undefined when the text is no literal: then Ansible keeps it as text.
 */
export function pythonLiteral(text: string): { readonly value: unknown } | undefined {
  const tokens = tokensOf(text);
  if (!tokens || tokens.length === 0) return undefined;
  const reader = { tokens, next: 0 };
  try {
    const value = readTuple(reader);
    return reader.next === tokens.length ? { value } : undefined;
  } catch (error) {
    if (error === NOT_A_LITERAL) return undefined;
    throw error;
  }
}

const NOT_A_LITERAL = Symbol('not a literal');

type Token =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'sign'; readonly sign: string };

interface Reader {
  readonly tokens: readonly Token[];
  next: number;
}

const TOKEN =
  /\s*(?:(#.*$)|([rRbBuU]{0,2})('''[\s\S]*?'''|"""[\s\S]*?"""|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)(?![\w.])|(True|False|None)(?!\w)|([[\](){},:+-]))/y;

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const found = TOKEN.exec(source);
    if (!found) return undefined;
    const [, comment, prefix, quoted, number, constant, sign] = found;
    if (comment !== undefined) continue;
    if (quoted !== undefined) tokens.push({ kind: 'text', value: textOf(quoted, /r/i.test(prefix ?? '')) });
    else if (number !== undefined) {
      const value = numberOf(number);
      if (value === undefined) return undefined;
      tokens.push({ kind: 'value', value });
    } else if (constant !== undefined) tokens.push({ kind: 'value', value: { True: true, False: false, None: null }[constant as 'True' | 'False' | 'None'] });
    else tokens.push({ kind: 'sign', sign: sign! });
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '\n': '' };

function textOf(quoted: string, raw: boolean): string {
  const inside = /^('''|""")/.test(quoted) ? quoted.slice(3, -3) : quoted.slice(1, -1);
  return raw ? inside : inside.replaceAll(/\\([\s\S])/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
}

/** Python refuses `007`, and so keeps it as text here. */
function numberOf(text: string): number | undefined {
  if (/^0[\d_]*[1-9]/.test(text) && !/[.eE]/.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isNaN(value) ? undefined : value;
}

/** `1, 2` without brackets is a tuple too. */
function readTuple(reader: Reader): unknown {
  const first = readValue(reader);
  if (!isSign(reader, ',')) return first;
  const list = [first];
  while (isSign(reader, ',')) {
    reader.next++;
    if (reader.next < reader.tokens.length) list.push(readValue(reader));
  }
  return list;
}

function readValue(reader: Reader): unknown {
  const token = reader.tokens[reader.next++];
  if (!token) throw NOT_A_LITERAL;
  if (token.kind === 'value') return token.value;
  if (token.kind === 'text') return readTexts(reader, token.value);
  if (token.sign === '-' || token.sign === '+') {
    const value = readValue(reader);
    if (typeof value !== 'number') throw NOT_A_LITERAL;
    return token.sign === '-' ? -value : value;
  }
  if (token.sign === '[') return readList(reader, ']').list;
  if (token.sign === '(') {
    const { list, commas } = readList(reader, ')');
    return list.length === 1 && commas === 0 ? list[0] : list;
  }
  if (token.sign === '{') return readBraces(reader);
  throw NOT_A_LITERAL;
}

/** Texts side by side are one. */
function readTexts(reader: Reader, first: string): string {
  let text = first;
  for (let token = reader.tokens[reader.next]; token?.kind === 'text'; token = reader.tokens[++reader.next]) text += token.value;
  return text;
}

function readList(reader: Reader, end: string): { readonly list: unknown[]; readonly commas: number } {
  const list: unknown[] = [];
  let commas = 0;
  while (!isSign(reader, end)) {
    list.push(readValue(reader));
    if (isSign(reader, ',')) commas += 1;
    else if (!isSign(reader, end)) throw NOT_A_LITERAL;
    if (isSign(reader, ',')) reader.next++;
  }
  reader.next++;
  return { list, commas };
}

function readBraces(reader: Reader): unknown {
  const entries: [string, unknown][] = [];
  const set: unknown[] = [];
  while (!isSign(reader, '}')) {
    const key = readValue(reader);
    if (isSign(reader, ':')) {
      reader.next++;
      entries.push([scalarText(key) ?? 'None', readValue(reader)]);
    } else set.push(key);
    if (isSign(reader, ',')) reader.next++;
    else if (!isSign(reader, '}')) throw NOT_A_LITERAL;
  }
  reader.next++;
  // Not by assignment: a key may be __proto__.
  return set.length > 0 ? set : Object.fromEntries(entries);
}

function isSign(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.next];
  return token?.kind === 'sign' && token.sign === sign;
}
