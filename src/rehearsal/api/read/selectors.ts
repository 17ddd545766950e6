import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { valuesAt } from './json-path.ts';
import type { Resource } from '../kinds/resource.ts';
import { badRequest } from '../status-error.ts';
import type { StatusError } from '../status-error.ts';
import { labelValueMistakes, qualifiedNameMistakes } from '../write/validate-metadata.ts';

type Test = (object: Json) => boolean;

/** Label and field selectors as one test; empty ones take everything. @throws StatusError 400 for what cannot be read. */
export function selector(resource: Resource, query: URLSearchParams): Test {
  const tests = [...labelTests(query.get('labelSelector') ?? ''), ...fieldTests(resource, query.get('fieldSelector') ?? '')];
  return tests.length === 0 ? () => true : (object) => tests.every((holds) => holds(object));
}

const unreadable = (why: string): StatusError => badRequest(`unable to parse requirement: ${why}`);

/** `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a>1`, `a<1`, joined by commas. */
function labelTests(expression: string): Test[] {
  const tests: Test[] = [];
  let rest = expression.trim();
  while (rest !== '') {
    const found = /^(!?)\s*([^\s,=!<>()]+)\s*(?:(==|=|!=|>|<)\s*([^\s,()]*)|(in|notin)\s*\(([^)]*)\))?\s*(?:,\s*|$)/.exec(rest);
    if (found === null) throw unreadable(whyNot(rest));
    const [whole, not, key = '', operator, value = '', set, values = ''] = found;
    for (const why of qualifiedNameMistakes(key)) throw unreadable(`key: Invalid value: ${JSON.stringify(key)}: ${why}`);
    const wanted = set === undefined ? [value] : values.split(',').map((one) => one.trim());
    if (operator !== undefined || set !== undefined)
      for (const [index, one] of wanted.entries())
        for (const why of labelValueMistakes(one)) throw unreadable(`values[${index}][${key}]: Invalid value: ${JSON.stringify(one)}: ${why}`);
    tests.push((object) => labelHolds(member(member(object, 'metadata'), 'labels')[key], not === '!' ? '!' : (set ?? operator ?? 'exists'), wanted));
    rest = rest.slice(whole.length);
  }
  return tests;
}

function labelHolds(value: unknown, operator: string, wanted: readonly string[]): boolean {
  const has = typeof value === 'string';
  const [first = ''] = wanted;
  switch (operator) {
    case '!':
      return !has;
    case 'exists':
      return has;
    case '=':
    case '==':
    case 'in':
      return has && wanted.includes(value);
    case '!=':
    case 'notin':
      return !has || !wanted.includes(value);
    case '>':
      return has && Number(value) > Number(first);
    default:
      return has && Number(value) < Number(first);
  }
}

function whyNot(rest: string): string {
  const [, , second = ''] = /^\s*(\S+)\s+(\S+)/.exec(rest) ?? [];
  if (second !== '' && /^[A-Za-z0-9]/.test(second)) return `found '${second}', expected: in, notin, =, ==, !=, gt, lt`;
  return `found '${rest.trim().charAt(0)}', expected: !, identifier, or ','`;
}

/** What every kind lets field selectors name, beside what its definition says. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Secret: ['type'],
  Namespace: ['status.phase'],
  Pod: ['spec.nodeName', 'status.phase'],
  Event: ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'reason', 'type'],
};

function fieldTests(resource: Resource, expression: string): Test[] {
  const declared = list(resource.declared, 'selectableFields').filter(isJson);
  const allowed = new Set([
    'metadata.name',
    'metadata.namespace',
    ...(resource.custom ? [] : (FIELDS[resource.kind] ?? [])),
    ...declared.map((one) => text(one, 'jsonPath').slice(1)),
  ]);
  return expression
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [, key, operator, wanted = ''] = /^([^=!]+)(==|!=|=)(.*)$/.exec(part) ?? [];
      if (key === undefined) throw badRequest(`invalid selector: '${expression}'; can't understand '${part}'`);
      if (!allowed.has(key)) throw badRequest(`field label not supported: ${key}`);
      return (object) => {
        const [value] = valuesAt(object, `.${key}`);
        const found = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
        return (found === wanted) === (operator !== '!=');
      };
    });
}
