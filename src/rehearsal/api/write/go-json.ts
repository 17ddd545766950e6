/** What a reading of JSON text finds: Go's error, or the paths of members that stand twice. */
export interface JsonReading {
  readonly error: string | undefined;
  readonly duplicates: readonly string[];
}

/** Go's encoding/json error for a text; undefined when it is JSON. */
export function goJsonError(text: string): string | undefined {
  return readJson(text).error;
}

/** Reads JSON as Go's scanner does: same errors, and members that stand twice are noticed. */
export function readJson(text: string): JsonReading {
  const duplicates: string[] = [];
  let at = 0;

  const fail = (what: string): Error => {
    const [one] = text.slice(at);
    return new GoJsonError(one === undefined ? 'unexpected end of JSON input' : `invalid character ${quoted(one)} ${what}`);
  };
  const space = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
  };
  const literal = (word: string): void => {
    for (let index = 1; index < word.length; index++) {
      at++;
      if (text[at] !== word[index]) throw fail(`in literal ${word} (expecting ${quoted(word.charAt(index))})`);
    }
    at++;
  };
  const string = (): string => {
    const start = at++;
    for (; text[at] !== '"'; at++) {
      if (at >= text.length || text.charCodeAt(at) < 0x20) throw fail('in string literal');
      if (text[at] !== '\\') continue;
      at++;
      if (text[at] === 'u') {
        for (let digit = 0; digit < 4; digit++) if (!/[0-9a-fA-F]/.test(text.charAt(++at))) throw fail('in \\u hexadecimal character escape');
      } else if (at >= text.length || !'bfnrt\\/"'.includes(text.charAt(at))) throw fail('in string escape code');
    }
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const digits = (what: string): void => {
    if (!/\d/.test(text.charAt(at))) throw fail(what);
    while (/\d/.test(text.charAt(at))) at++;
  };
  const number = (): void => {
    if (text[at] === '-') at++;
    if (text[at] === '0') at++;
    else digits('in numeric literal');
    if (text[at] === '.') {
      at++;
      digits('after decimal point in numeric literal');
    }
    if (text[at] === 'e' || text[at] === 'E') {
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      digits('in exponent of numeric literal');
    }
  };
  const members = (path: string): void => {
    const seen = new Set<string>();
    at++;
    space();
    if (text[at] === '}') return void at++;
    for (;;) {
      space();
      if (text[at] !== '"') throw fail(`looking for beginning of object key string`);
      const key = string();
      const below = path === '' ? key : `${path}.${key}`;
      if (seen.has(key)) duplicates.push(below);
      seen.add(key);
      space();
      if (text[at] !== ':') throw fail('after object key');
      at++;
      value(below);
      space();
      if (text[at] === '}') return void at++;
      if (text[at] !== ',') throw fail('after object key:value pair');
      at++;
    }
  };
  const items = (path: string): void => {
    at++;
    space();
    if (text[at] === ']') return void at++;
    for (let index = 0; ; index++) {
      value(`${path}[${index}]`);
      space();
      if (text[at] === ']') return void at++;
      if (text[at] !== ',') throw fail('after array element');
      at++;
    }
  };
  const value = (path: string): void => {
    space();
    const one = text.charAt(at);
    if (one === '{') members(path);
    else if (one === '[') items(path);
    else if (one === '"') string();
    else if (one === 't') literal('true');
    else if (one === 'f') literal('false');
    else if (one === 'n') literal('null');
    else if (/[-\d]/.test(one)) number();
    else throw fail('looking for beginning of value');
  };

  try {
    value('');
    space();
    if (at < text.length) throw fail('after top-level value');
    return { error: undefined, duplicates };
  } catch (error) {
    if (error instanceof GoJsonError) return { error: error.message, duplicates };
    throw error;
  }
}

class GoJsonError extends Error {}

function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
