import { Environment } from 'minijinja-js';
import { isRecord } from '../../util/is-record.ts';
import { ipaddr } from './ipaddr.ts';

export type Evaluated = { readonly value: unknown } | { readonly problem: string };

/** Templates of an inventory are a line long; this ends one that loops. */
const FUEL = 100_000;

let shared: Environment | undefined;

/** Does the text hold anything for Jinja to do? */
export function hasJinja(text: string): boolean {
  return /\{\{|\{%/.test(text);
}

/**
 * Evaluates a template as Ansible does in an inventory: one expression alone keeps its type (`"{{ memory }}"` is a number), anything
 * else is text. What only Ansible knows when it runs (facts, look-ups, other hosts' variables) is a problem, in words for the user.
 */
export function evaluate(template: string, context: Readonly<Record<string, unknown>>): Evaluated {
  const environment = (shared ??= environmentForInventories());
  environment.fuel = FUEL;
  const text = template.replaceAll(/\|\s*(?:ansible\.(?:builtin|utils|netcommon)|community\.general)\./g, '| ');
  const [, expression] = /^\s*\{\{-?((?:(?!\}\}).)*?)-?\}\}\s*$/s.exec(text) ?? [];
  try {
    if (expression === undefined) return { value: environment.renderStr(text, context) };
    const value: unknown = environment.evalExpr(expression, context);
    return value === undefined ? { problem: `${expression.trim()} is not defined in the inventory` } : { value: plain(value) };
  } catch (error) {
    return { problem: reason(String(error)) };
  }
}

function environmentForInventories(): Environment {
  const environment = new Environment();
  environment.undefinedBehavior = 'strict';
  environment.enablePyCompat();
  environment.addFilter('ipaddr', ipaddr);
  environment.addFilter('ipv4', (value: unknown) => typeof value === 'string' && !value.includes(':') && ipaddr(value));
  environment.addFilter('ipv6', (value: unknown) => typeof value === 'string' && value.includes(':') && ipaddr(value));
  environment.addFilter('nthhost', (value: unknown, index: number) => {
    const found = ipaddr(value, index);
    return typeof found === 'string' && found.split('/')[0];
  });
  environment.addFilter('bool', (value: unknown) => value === true || /^(1|true|yes|on|y)$/i.test(String(value)));
  environment.addFilter('ternary', (value: unknown, yes: unknown, no: unknown) => (value ? yes : no));
  environment.addFilter('mandatory', (value: unknown) => value);
  return environment;
}

/** The engine hands maps back as `Map`. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]));
  if (Array.isArray(value)) return value.map(plain);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])) : value;
}

function reason(message: string): string {
  const short = message.replace(/^Error: /, '').replace(/ \(in <[^)]*\)$/, '');
  if (/^unknown function: (lookup|query)/.test(short)) return 'look-ups are made when Ansible runs';
  return short === 'undefined value' ? 'a variable in it is not defined in the inventory' : short;
}
