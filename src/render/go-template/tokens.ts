export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'keyword'
  | 'string'
  | 'number'
  | 'bool'
  | 'nil'
  | 'dot'
  | 'symbol'
  | 'error'
  | 'eof';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the template. */
  readonly at: number;
}

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);

/** Go's errors name the line in which a token begins. */
export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

/**
 * Splits a template as Go's text/template does (src/text/template/parse/lex.go): text, and what stands between `{{` and `}}`.
 *
 * What cannot be split ends the list with an `error` token: the parser may find an earlier mistake.
 */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimNext = false;
  const broken = (why: string, where: number): readonly Token[] => [...tokens, { kind: 'error', text: why, at: where }];
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    let text = source.slice(at, open === -1 ? source.length : open);
    const trims = open !== -1 && /^\{\{-\s/.test(source.slice(open, open + 4));
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, '');
    if (trims) text = text.replace(/[ \t\r\n]+$/, '');
    if (text !== '') tokens.push({ kind: 'text', text, at });
    if (open === -1) break;
    const start = open + (trims ? 3 : 2);
    const comment = /^\s*\/\*/.exec(source.slice(start));
    if (comment !== null) {
      const close = source.indexOf('*/', start);
      if (close === -1) return broken('unclosed comment', open);
      const after = /^(\s-)?\}\}/.exec(source.slice(close + 2));
      if (after === null) return broken('comment ends before closing delimiter', open);
      trimNext = after[1] !== undefined;
      at = close + 2 + after[0].length;
      continue;
    }
    tokens.push({ kind: 'left', text: '{{', at: open });
    const end = actionTokens(source, start, tokens);
    if (end === undefined) return tokens;
    trimNext = end.trims;
    at = end.at;
  }
  tokens.push({ kind: 'eof', text: 'EOF', at: source.length });
  return tokens;
}

/** @returns undefined after an `error` token. */
function actionTokens(source: string, start: number, tokens: Token[]): { readonly at: number; readonly trims: boolean } | undefined {
  let at = start;
  for (;;) {
    const rest = source.slice(at);
    const close = /^(\s-)?\}\}/.exec(rest);
    if (close !== null) {
      tokens.push({ kind: 'right', text: '}}', at });
      return { at: at + close[0].length, trims: close[1] !== undefined };
    }
    const token: Token = rest === '' ? { kind: 'error', text: 'unclosed action', at } : tokenAt(rest, at);
    tokens.push(token);
    if (token.kind === 'error') return undefined;
    at += token.text.length;
  }
}

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  // A space before ` -}}` belongs to the trim marker.
  ['space', /^(?:\s(?!-\}\}))+/],
  ['string', /^"(?:[^"\\\n]|\\.)*"/],
  ['string', /^`[^`]*`/],
  ['number', /^[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/],
  ['symbol', /^(?::=|[=|(),])/],
  ['field', /^\.[\p{L}_][\p{L}\p{N}_]*/u],
  ['variable', /^\$[\p{L}\p{N}_]*/u],
  ['dot', /^\./],
  ['identifier', /^[\p{L}_][\p{L}\p{N}_]*/u],
];

function tokenAt(rest: string, at: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    const text = pattern.exec(rest)?.[0];
    if (text === undefined) continue;
    if (kind !== 'identifier') return { kind, text, at };
    if (text === 'true' || text === 'false') return { kind: 'bool', text, at };
    if (text === 'nil') return { kind: 'nil', text, at };
    return { kind: KEYWORDS.has(text) ? 'keyword' : 'identifier', text, at };
  }
  const broken = (text: string): Token => ({ kind: 'error', text, at });
  if (rest.startsWith('"')) return broken('unterminated quoted string');
  if (rest.startsWith('`')) return broken('unterminated raw quoted string');
  const [character] = rest;
  return broken(`unrecognized character in action: U+${character!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${character}'`);
}

/** How Go shows a token in an error. */
export function shownToken({ kind, text }: Token): string {
  if (kind === 'eof') return 'EOF';
  if (kind === 'keyword' || kind === 'dot' || kind === 'nil') return `<${text}>`;
  return text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text);
}
