import { isDeepStrictEqual } from 'node:util';
import { isJson } from '../json.ts';
import { callFunction, celKey } from './cel-functions.ts';
import { CelError } from './expression.ts';
import type { Expression, Operator } from './expression.ts';

/** Values by name: `self`, `oldSelf`, and the variables of macros. */
export type Scope = ReadonlyMap<string, unknown>;

/** @throws CelError when a member is absent, types do not fit, or a function is not known here. */
export function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      if (scope.has(expression.name)) return scope.get(expression.name);
      throw new CelError(`undeclared reference to '${expression.name}'`, true);
    case 'select':
      return selected(evaluate(expression.of, scope), expression.field);
    case 'index':
      return indexed(evaluate(expression.of, scope), evaluate(expression.at, scope));
    case 'unary': {
      const value = evaluate(expression.of, scope);
      return expression.operator === '!' ? !truth(value) : -numeric(value);
    }
    case 'binary':
      return binary(expression, scope);
    case 'choice':
      return evaluate(truth(evaluate(expression.test, scope)) ? expression.yes : expression.no, scope);
    case 'list':
      return expression.items.map((item) => evaluate(item, scope));
    case 'map':
      return Object.fromEntries(expression.entries.map(([key, value]) => [celKey(evaluate(key, scope)), evaluate(value, scope)]));
    case 'call':
      return call(expression, scope);
    default:
      return expression satisfies never;
  }
}

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

function selected(of: unknown, field: string): unknown {
  if (isJson(of) && of[field] !== undefined) return of[field];
  throw new CelError(`no such key: ${field}`);
}

function indexed(of: unknown, at: unknown): unknown {
  if (Array.isArray(of)) {
    const item: unknown = typeof at === 'number' ? of[at] : undefined;
    if (item === undefined) throw new CelError(`index out of bounds: ${celKey(at)}`);
    return item;
  }
  return selected(of, celKey(at));
}

function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new CelError('no such overload');
}

function numeric(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new CelError('no such overload');
}

function binary({ operator, left, right }: Of<'binary'>, scope: Scope): unknown {
  if (operator === '||' || operator === '&&') return logic(operator === '||', left, right, scope);
  const [a, b] = [evaluate(left, scope), evaluate(right, scope)];
  if (operator === '==' || operator === '!=') return isDeepStrictEqual(a, b) === (operator === '==');
  if (operator === 'in') return Array.isArray(b) ? b.some((one) => isDeepStrictEqual(one, a)) : isJson(b) && b[celKey(a)] !== undefined;
  if (operator !== '+') return arithmetic(operator, a, b);
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  return numeric(a) + numeric(b);
}

function arithmetic(operator: Exclude<Operator, '||' | '&&' | '==' | '!=' | 'in' | '+'>, a: unknown, b: unknown): unknown {
  const isText = typeof a === 'string' && typeof b === 'string';
  const [x, y] = isText ? [a, b] : [numeric(a), numeric(b)];
  switch (operator) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
    case '-':
      return numeric(a) - numeric(b);
    case '*':
      return numeric(a) * numeric(b);
    case '/':
      if (b === 0) throw new CelError('division by zero');
      return Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(numeric(a) / numeric(b)) : numeric(a) / numeric(b);
    case '%':
      if (b === 0) throw new CelError('modulus by zero');
      return numeric(a) % numeric(b);
    default:
      return operator satisfies never;
  }
}

/** One side may decide alone, whichever it is: an error on the other does not matter then. */
function logic(deciding: boolean, left: Expression, right: Expression, scope: Scope): boolean {
  let first: unknown;
  let error: unknown;
  try {
    first = truth(evaluate(left, scope));
    if (first === deciding) return deciding;
  } catch (thrown) {
    error = thrown;
  }
  const second = truth(evaluate(right, scope));
  if (second === deciding) return deciding;
  if (error !== undefined) throw error;
  return second;
}

function call({ target, name, args }: Of<'call'>, scope: Scope): unknown {
  const [first, second, third] = args;
  if (target === undefined && name === 'has' && first?.kind === 'select') {
    const of = evaluate(first.of, scope);
    return isJson(of) && of[first.field] !== undefined;
  }
  if (target !== undefined && first?.kind === 'name' && second !== undefined && isMacro(name)) {
    const over = evaluate(target, scope);
    const items: readonly unknown[] = Array.isArray(over) ? over : isJson(over) ? Object.keys(over) : [];
    return macro(name, items, (item, body) => evaluate(body, new Map([...scope, [first.name, item]])), [second, third]);
  }
  const values = args.map((one) => evaluate(one, scope));
  return callFunction(name, target === undefined ? values : [evaluate(target, scope), ...values]);
}

const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
type Macro = (typeof MACROS)[number];

function isMacro(name: string): name is Macro {
  return MACROS.some((one) => one === name);
}

function macro(
  name: Macro,
  items: readonly unknown[],
  run: (item: unknown, body: Expression) => unknown,
  [body, mapped]: readonly [Expression, Expression | undefined],
): unknown {
  switch (name) {
    case 'all':
      return items.every((item) => truth(run(item, body)));
    case 'exists':
      return items.some((item) => truth(run(item, body)));
    case 'exists_one':
      return items.filter((item) => truth(run(item, body))).length === 1;
    case 'filter':
      return items.filter((item) => truth(run(item, body)));
    case 'map':
      return mapped === undefined ? items.map((item) => run(item, body)) : items.filter((item) => truth(run(item, body))).map((item) => run(item, mapped));
    default:
      return name satisfies never;
  }
}
