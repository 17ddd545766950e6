import { ANY, BOOL, INT, isTrue, membersOf, memberOf, plainOf, pointed, printed, sliceOf, STRING, typedOf, type GoType, type Typed } from './go-types.ts';
import { goYaml } from './go-yaml.ts';
import { sprintf } from './sprintf.ts';

/** A function of templates: the types it takes (the last one repeats when `variadic`), and what it does. */
export interface TemplateFunction {
  readonly takes: readonly GoType[];
  readonly variadic: boolean;
  /** @throws Error whose message is Go's reason. */
  readonly call: (args: readonly Typed[]) => Typed;
}

function fn(takes: readonly GoType[], call: (...args: Typed[]) => Typed): TemplateFunction {
  return { takes, variadic: false, call: (args) => call(...args) };
}
function many(takes: readonly GoType[], call: (args: readonly Typed[]) => Typed): TemplateFunction {
  return { takes, variadic: true, call };
}
/** Texts in, one value out. */
function text(count: number, call: (...args: string[]) => unknown): TemplateFunction {
  return fn(
    Array.from({ length: count }, () => STRING),
    (...args) => typedOf(call(...args.map(({ value }) => value as string))),
  );
}

const string = (value: string): Typed => ({ type: STRING, value });
const bool = (value: boolean): Typed => ({ type: BOOL, value });
const int = (value: number): Typed => ({ type: INT, value });
const number = ({ value }: Typed): number => Number(value) || 0;
const isEmpty = (one: Typed): boolean => (one.type.kind === 'struct' ? false : !isTrue(one));
const texts = (one: Typed): string[] => (membersOf(one) ?? []).map((member) => printed(member.value));
const list = (values: readonly unknown[]): Typed => ({ type: sliceOf(ANY), value: values });
const quoted = (args: readonly Typed[], quote: (one: string) => string): Typed =>
  string(
    args
      .filter(({ value }) => value !== undefined)
      .map((one) => quote(printed(one)))
      .join(' '),
  );
const indent = (width: number, value: string): string =>
  value
    .split('\n')
    .map((line) => ' '.repeat(width) + line)
    .join('\n');

function compare(a: Typed, b: Typed): number {
  if (typeof a.value !== typeof b.value) throw new Error('incompatible types for comparison');
  if (a.value === b.value) return 0;
  return (a.value as string | number) < (b.value as string | number) ? -1 : 1;
}

function equal(a: Typed, b: Typed): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  if (typeof a.value !== typeof b.value) throw new Error('incompatible types for comparison');
  if (typeof a.value === 'object') throw new Error(`non-comparable type ${printed(a)}: ${a.type.name}`);
  return a.value === b.value;
}

function indexed(args: readonly Typed[]): Typed {
  let found = pointed(args[0]!);
  for (const { value: key } of args.slice(1)) {
    const { type, value } = pointed(found);
    if (type.kind === 'map') found = memberOf(type.element ?? ANY, (value as Record<string, unknown> | undefined)?.[String(key)]);
    else if (type.kind === 'slice') {
      const items = (value ?? []) as readonly unknown[];
      if (typeof key !== 'number' || key < 0 || key >= items.length) throw new Error(`error calling index: index out of range: ${String(key)}`);
      found = memberOf(type.element ?? ANY, items[key]);
    } else throw new Error(value === undefined ? 'error calling index: index of untyped nil' : `error calling index: can't index item of type ${type.name}`);
  }
  return found;
}

function length(one: Typed): Typed {
  const { type, value } = pointed(one);
  if (type.kind === 'string') return int(Buffer.byteLength(value as string));
  const members = membersOf(one);
  if (members === undefined) throw new Error(`error calling len: len of type ${type.name}`);
  return int(members.length);
}

/** text/template's own functions, slim-sprig's for texts, lists and maps, and `toYaml` (reference/ztp.md §3.3). `and` and `or` are the evaluator's. */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries<TemplateFunction>({
    not: fn([ANY], (one) => bool(!isTrue(one))),
    len: fn([ANY], length),
    index: many([ANY, ANY], indexed),
    print: many([ANY], (args) => string(args.map(printed).join(' '))),
    println: many([ANY], (args) => string(`${args.map(printed).join(' ')}\n`)),
    printf: many([STRING, ANY], ([format, ...args]) => string(sprintf(format!.value as string, args))),
    eq: many([ANY, ANY], ([first, ...rest]) => bool(rest.some((one) => equal(first!, one)))),
    ne: fn([ANY, ANY], (a, b) => bool(!equal(a, b))),
    lt: fn([ANY, ANY], (a, b) => bool(compare(a, b) < 0)),
    le: fn([ANY, ANY], (a, b) => bool(compare(a, b) <= 0)),
    gt: fn([ANY, ANY], (a, b) => bool(compare(a, b) > 0)),
    ge: fn([ANY, ANY], (a, b) => bool(compare(a, b) >= 0)),
    urlquery: many([ANY], (args) => string(encodeURIComponent(args.map(printed).join('')).replaceAll('%20', '+'))),
    upper: text(1, (one) => one.toUpperCase()),
    lower: text(1, (one) => one.toLowerCase()),
    title: text(1, (one) => one.replaceAll(/(^|[\s-])\p{L}/gu, (letter) => letter.toUpperCase())),
    trim: text(1, (one) => one.trim()),
    trimAll: text(2, (set, one) => trimmed(one, set)),
    trimPrefix: text(2, (prefix, one) => (one.startsWith(prefix) ? one.slice(prefix.length) : one)),
    trimSuffix: text(2, (suffix, one) => (suffix !== '' && one.endsWith(suffix) ? one.slice(0, -suffix.length) : one)),
    contains: text(2, (part, one) => one.includes(part)),
    hasPrefix: text(2, (part, one) => one.startsWith(part)),
    hasSuffix: text(2, (part, one) => one.endsWith(part)),
    replace: text(3, (old, now, one) => one.replaceAll(old, now)),
    split: text(2, (separator, one) => Object.fromEntries(one.split(separator).map((part, index) => [`_${index}`, part]))),
    splitList: text(2, (separator, one) => one.split(separator)),
    b64enc: text(1, (one) => Buffer.from(one).toString('base64')),
    b64dec: text(1, (one) => Buffer.from(one, 'base64').toString()),
    nospace: text(1, (one) => one.replaceAll(/\s/g, '')),
    indent: fn([INT, STRING], (width, one) => string(indent(number(width), one.value as string))),
    nindent: fn([INT, STRING], (width, one) => string(`\n${indent(number(width), one.value as string)}`)),
    repeat: fn([INT, STRING], (count, one) => string((one.value as string).repeat(number(count)))),
    trunc: fn([INT, STRING], (count, one) =>
      string(number(count) < 0 ? (one.value as string).slice(number(count)) : (one.value as string).slice(0, number(count))),
    ),
    substr: fn([INT, INT, STRING], (from, to, one) => string((one.value as string).slice(Math.max(0, number(from)), number(to) < 0 ? undefined : number(to)))),
    quote: many([ANY], (args) => quoted(args, (one) => JSON.stringify(one))),
    squote: many([ANY], (args) => quoted(args, (one) => `'${one}'`)),
    cat: many([ANY], (args) =>
      string(
        args
          .filter(({ value }) => value !== undefined)
          .map(printed)
          .join(' '),
      ),
    ),
    join: fn([STRING, ANY], (separator, one) => string(texts(one).join(separator.value as string))),
    sortAlpha: fn([ANY], (one) => list(texts(one).toSorted())),
    toStrings: fn([ANY], (one) => list(texts(one))),
    toString: fn([ANY], (one) => string(printed(one))),
    default: fn([ANY, ANY], (otherwise, one) => (isEmpty(one) ? otherwise : one)),
    empty: fn([ANY], (one) => bool(isEmpty(one))),
    coalesce: many([ANY], (args) => args.find((one) => !isEmpty(one)) ?? typedOf(undefined)),
    ternary: fn([ANY, ANY, BOOL], (yes, no, which) => (which.value === true ? yes : no)),
    all: many([ANY], (args) => bool(!args.some(isEmpty))),
    any: many([ANY], (args) => bool(args.some((one) => !isEmpty(one)))),
    list: many([ANY], (args) => list(args.map(plainOf))),
    first: fn([ANY], (one) => membersOf(one)?.[0]?.value ?? typedOf(undefined)),
    last: fn([ANY], (one) => membersOf(one)?.at(-1)?.value ?? typedOf(undefined)),
    has: fn([ANY, ANY], (needle, one) => bool((membersOf(one) ?? []).some(({ value }) => value.value === needle.value))),
    dict: many([ANY], (args) =>
      typedOf(Object.fromEntries(args.flatMap((one, index) => (index % 2 === 0 ? [[printed(one), args[index + 1] ? plainOf(args[index + 1]!) : '']] : [])))),
    ),
    hasKey: fn([ANY, STRING], (one, key) => bool((membersOf(one) ?? []).some((member) => member.key.value === key.value))),
    get: fn([ANY, STRING], (one, key) => (membersOf(one) ?? []).find((member) => member.key.value === key.value)?.value ?? string('')),
    keys: many([ANY], (args) => list(args.flatMap((one) => (membersOf(one) ?? []).map(({ key }) => key.value)))),
    kindIs: fn([STRING, ANY], (kind, one) => bool(goKind(one.type) === kind.value)),
    kindOf: fn([ANY], (one) => string(goKind(one.type))),
    typeOf: fn([ANY], (one) => string(one.type.name)),
    int: fn([ANY], (one) => int(Math.trunc(number(one)))),
    int64: fn([ANY], (one) => int(Math.trunc(number(one)))),
    atoi: text(1, (one) => Number.parseInt(one, 10) || 0),
    add: many([ANY], (args) => int(args.reduce((sum, one) => sum + number(one), 0))),
    add1: fn([ANY], (one) => int(number(one) + 1)),
    sub: fn([ANY, ANY], (a, b) => int(number(a) - number(b))),
    mul: many([ANY, ANY], (args) => int(args.reduce((product, one) => product * number(one), 1))),
    div: fn([ANY, ANY], (a, b) => int(quotient(number(a), number(b)))),
    mod: fn([ANY, ANY], (a, b) => int(number(a) % nonZero(number(b)))),
    max: many([ANY], (args) => int(Math.max(...args.map(number)))),
    min: many([ANY], (args) => int(Math.min(...args.map(number)))),
    until: fn([INT], (count) => list(Array.from({ length: number(count) }, (_, index) => index))),
    toJson: fn([ANY], (one) => string(JSON.stringify(plainOf(one)))),
    fromJson: text(1, (one) => fromJson(one)),
    toYaml: fn([ANY], (one) => string(goYaml(plainOf(one)))),
    regexMatch: text(2, (pattern, one) => new RegExp(pattern, 'u').test(one)),
    fail: fn([STRING], (why) => {
      throw new Error(`error calling fail: ${String(why.value)}`);
    }),
  }),
);

/** Functions that the operator has and that are refused: their result differs from one rendering to the next, or comes from its environment. */
export const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set([
  'env',
  'expandenv',
  'now',
  'date',
  'ago',
  'uuidv4',
  'randAlpha',
  'randAlphaNum',
  'randAscii',
  'randNumeric',
  'randInt',
  'randBytes',
  'shuffle',
  'getHostByName',
]);

/** Without the characters of `set` at both ends. */
function trimmed(value: string, set: string): string {
  let [from, to] = [0, value.length];
  while (from < to && set.includes(value[from]!)) from++;
  while (to > from && set.includes(value[to - 1]!)) to--;
  return value.slice(from, to);
}

function goKind({ kind }: GoType): string {
  if (kind === 'any') return 'invalid';
  return kind === 'pointer' ? 'ptr' : kind;
}

function nonZero(value: number): number {
  if (value === 0) throw new Error('runtime error: integer divide by zero');
  return value;
}

function quotient(a: number, b: number): number {
  return Math.trunc(a / nonZero(b));
}

function fromJson(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
