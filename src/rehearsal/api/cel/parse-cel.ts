import { CelError } from './expression.ts';
import type { Expression, Operator } from './expression.ts';

const TOKEN =
  /\s*(?:\/\/[^\n]*\n\s*)*(?:(\d+\.\d+(?:[eE][-+]?\d+)?|0x[0-9a-fA-F]+|\d+)u?|([rR]?)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|([A-Za-z_]\w*)|(\|\||&&|==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]))/y;

type Token = { readonly type: 'literal'; readonly value: unknown } | { readonly type: 'name' | 'symbol'; readonly text: string };

/** Left to right, the loosest first. */
const LEVELS: readonly (readonly Operator[])[] = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']];

/** Reads a rule (github.com/google/cel-spec, langdef.md). @throws CelError for what cannot be read. */
export function parseCel(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;

  const isNext = (symbol: string): boolean => {
    const token = tokens[at];
    return token !== undefined && token.type !== 'literal' && token.text === symbol;
  };
  const take = (symbol: string): boolean => {
    if (!isNext(symbol)) return false;
    at++;
    return true;
  };
  const expect = (symbol: string): void => {
    if (!take(symbol)) throw new CelError(`expected ${symbol} in ${text}`, true);
  };
  const name = (): string => {
    const token = tokens[at++];
    if (token?.type !== 'name') throw new CelError(`expected a name in ${text}`, true);
    return token.text;
  };
  const until = <T>(end: string, one: () => T): T[] => {
    const all: T[] = [];
    while (!take(end)) {
      all.push(one());
      if (!isNext(end)) expect(',');
    }
    return all;
  };

  const expression = (): Expression => {
    const test = binary(0);
    if (!take('?')) return test;
    const yes = expression();
    expect(':');
    return { kind: 'choice', test, yes, no: expression() };
  };
  const binary = (level: number): Expression => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operator = operators.find(take);
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: binary(level + 1) };
    }
  };
  const unary = (): Expression => {
    if (take('!')) return { kind: 'unary', operator: '!', of: unary() };
    if (take('-')) return { kind: 'unary', operator: '-', of: unary() };
    return member(primary());
  };
  const member = (of: Expression): Expression => {
    if (take('.')) {
      const field = name();
      if (take('(')) return member({ kind: 'call', target: of, name: field, args: until(')', expression) });
      return member({ kind: 'select', of, field: unescaped(field) });
    }
    if (!take('[')) return of;
    const index = expression();
    expect(']');
    return member({ kind: 'index', of, at: index });
  };
  const primary = (): Expression => {
    if (take('(')) {
      const inside = expression();
      expect(')');
      return inside;
    }
    if (take('[')) return { kind: 'list', items: until(']', expression) };
    if (take('{')) {
      const entry = (): readonly [Expression, Expression] => {
        const key = expression();
        expect(':');
        return [key, expression()];
      };
      return { kind: 'map', entries: until('}', entry) };
    }
    const token = tokens[at];
    if (token?.type === 'literal') {
      at++;
      return { kind: 'literal', value: token.value };
    }
    const own = name();
    return take('(') ? { kind: 'call', target: undefined, name: own, args: until(')', expression) } : { kind: 'name', name: own };
  };

  const whole = expression();
  if (at < tokens.length) throw new CelError(`cannot read ${text}`, true);
  return whole;
}

const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const [whole, number, raw, string, word, symbol] = TOKEN.exec(text) ?? [];
    if (whole === undefined) throw new CelError(`cannot read ${text.slice(from, from + 20)}`, true);
    if (number !== undefined) tokens.push({ type: 'literal', value: Number(number) });
    else if (string !== undefined) tokens.push({ type: 'literal', value: raw === '' ? unquoted(string) : string.slice(1, -1) });
    else if (word !== undefined && Object.hasOwn(WORDS, word)) tokens.push({ type: 'literal', value: WORDS[word] });
    else if (word !== undefined) tokens.push({ type: word === 'in' ? 'symbol' : 'name', text: word });
    else tokens.push({ type: 'symbol', text: symbol ?? '' });
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unquoted(string: string): string {
  return string
    .slice(1, -1)
    .replaceAll(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (_whole, unicode?: string, hex?: string, one?: string) =>
      one === undefined ? String.fromCodePoint(Number.parseInt(unicode ?? hex ?? '', 16)) : (ESCAPES[one] ?? one),
    );
}

/** Members whose names are not CEL names are written in other words (Kubernetes' CEL guide, "Escaping"). */
function unescaped(field: string): string {
  const words = field.replaceAll(
    /__(underscores|dot|dash|slash)__/g,
    (_whole, word: string) => ({ underscores: '__', dot: '.', dash: '-', slash: '/' })[word] ?? '',
  );
  return /^__[a-z]+__$/.test(words) ? words.slice(2, -2) : words;
}
