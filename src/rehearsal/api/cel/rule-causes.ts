import { isDeepStrictEqual } from 'node:util';
import { correlated } from '../fields/correlate.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Cause } from '../status-error.ts';
import { evaluate } from './evaluate-cel.ts';
import { CelError, mentions } from './expression.ts';
import type { Expression } from './expression.ts';
import { parseCel } from './parse-cel.ts';

/**
 * What a schema's own rules (x-kubernetes-validations) refuse.
 *
 * A rule that names `oldSelf` runs only where there is an old value; what has not changed is not judged again. A rule
 * that cannot be read, or calls a function unknown here, refuses nothing.
 *
 * @param old the value this one replaces; undefined for a new one.
 */
export function ruleCauses(value: unknown, old: unknown, schema: Json, path: string): Cause[] {
  if (!hasRules(schema) || value === undefined || (old !== undefined && isDeepStrictEqual(value, old))) return [];
  const causes = list(schema, 'x-kubernetes-validations')
    .filter(isJson)
    .flatMap((rule) => causesOf(rule, value, old, path));
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value)) {
    const items = member(schema, 'items');
    const before = correlated(schema, old);
    return [...causes, ...value.flatMap((item, index) => ruleCauses(item, before(item), items, `${path}[${index}]`))];
  }
  if (!isJson(value)) return causes;
  const properties = member(schema, 'properties');
  const extra = schema['additionalProperties'];
  for (const [key, one] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : extra;
    if (isJson(own)) causes.push(...ruleCauses(one, isJson(old) ? old[key] : undefined, own, below(key)));
  }
  return causes;
}

function causesOf(rule: Json, value: unknown, old: unknown, path: string): Cause[] {
  const source = text(rule, 'rule');
  const field = `${path}${text(rule, 'fieldPath')}`;
  const scope = new Map<string, unknown>([['self', value]]);
  try {
    const expression = parsed(source);
    if (mentions(expression, 'oldSelf')) {
      if (old === undefined) return [];
      scope.set('oldSelf', old);
    }
    return evaluate(expression, scope) === false ? [refusal(rule, messageOf(rule, scope), field)] : [];
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    if (error.isUnknown) return [];
    return [refusal({}, `${error.message} evaluating rule: ${text(rule, 'message') || source}`, path)];
  }
}

function messageOf(rule: Json, scope: ReadonlyMap<string, unknown>): string {
  const computed = text(rule, 'messageExpression');
  if (computed !== '') {
    try {
      const message = evaluate(parsed(computed), scope);
      if (typeof message === 'string' && message.trim() !== '') return message;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
    }
  }
  return text(rule, 'message').trim() || `failed rule: ${text(rule, 'rule').trim()}`;
}

const WORDS: Readonly<Record<string, string>> = {
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
};

function refusal(rule: Json, message: string, field: string): Cause {
  const reason = text(rule, 'reason') || 'FieldValueInvalid';
  return { reason, message: `${WORDS[reason] ?? 'Invalid value'}: ${message}`, field: field === '' ? '<nil>' : field };
}

const expressions = new Map<string, Expression>();

function parsed(source: string): Expression {
  const known = expressions.get(source) ?? parseCel(source);
  expressions.set(source, known);
  return known;
}

const ruled = new WeakMap<Json, boolean>();

/** Whether a schema has rules anywhere. */
export function hasRules(schema: Json): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const found =
    schema['x-kubernetes-validations'] !== undefined ||
    [...Object.values(member(schema, 'properties')), schema['items'], schema['additionalProperties']].filter(isJson).some(hasRules);
  ruled.set(schema, found);
  return found;
}
