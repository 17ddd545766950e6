import { isRecord } from '../../util/is-record.ts';
import type { FilePosition } from '../../util/errors.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { Variable } from './inventory.ts';
import { evaluate, hasJinja } from './jinja.ts';

/** A text whose expressions cannot be known without running Ansible. */
export interface Unresolved {
  readonly keys: KeyPath;
  readonly text: string;
  readonly problem: string;
  readonly at: FilePosition;
}

/** A variable with its expressions evaluated; where that failed the text stays as written and is listed. */
export interface ResolvedVariable extends Variable {
  readonly unresolved: readonly Unresolved[];
}

export type ResolvedVariables = ReadonlyMap<string, ResolvedVariable>;

/**
 * Evaluates the expressions of one host's variables. They may refer to each other in any order: rounds go on while one of them
 * becomes known, and a variable is only used when nothing in it is pending.
 *
 * @param magic what Ansible defines itself: `inventory_hostname`, `groups` …
 */
export function resolveVars(vars: ReadonlyMap<string, Variable>, magic: Readonly<Record<string, unknown>> = {}): ResolvedVariables {
  const values = new Map<string, unknown>([...vars].map(([name, { value }]) => [name, value]));
  const pending = new Map<string, readonly Found[]>();
  for (const [name, value] of values) {
    const found = templatesIn(value);
    if (found.length > 0) pending.set(name, found);
  }
  for (let progress = true; progress;) {
    progress = false;
    for (const [name, found] of pending) {
      const context = { ...magic, ...Object.fromEntries([...values].filter(([key]) => !pending.has(key))) };
      let value = values.get(name);
      const left = found.filter(({ keys, text }) => {
        const answer = waitsFor(text, pending).length > 0 ? undefined : evaluate(text, context);
        if (!answer || 'problem' in answer || templatesIn(answer.value).length > 0) return true;
        value = replaced(value, keys, answer.value);
        return false;
      });
      if (left.length === found.length) continue;
      progress = true;
      values.set(name, value);
      if (left.length === 0) pending.delete(name);
      else pending.set(name, left);
    }
  }
  const context = { ...magic, ...Object.fromEntries([...values].filter(([key]) => !pending.has(key))) };
  const unresolved = (name: string, { at }: Variable): Unresolved[] =>
    (pending.get(name) ?? []).map(({ keys, text }) => ({ keys, text, problem: problemOf(text, pending, context), at: at(keys) }));
  return new Map([...vars].map(([name, variable]) => [name, { value: values.get(name), at: variable.at, unresolved: unresolved(name, variable) }]));
}

interface Found {
  readonly keys: KeyPath;
  readonly text: string;
}

function templatesIn(value: unknown, keys: KeyPath = []): Found[] {
  if (typeof value === 'string') return hasJinja(value) ? [{ keys, text: value }] : [];
  if (Array.isArray(value)) return value.flatMap((one, index) => templatesIn(one, [...keys, index]));
  return isRecord(value) ? Object.entries(value).flatMap(([key, one]) => templatesIn(one, [...keys, key])) : [];
}

function waitsFor(text: string, pending: ReadonlyMap<string, unknown>): string[] {
  const words = new Set(text.replaceAll(/'[^']*'|"[^"]*"/g, '').match(/(?<![\w.])[A-Za-z_]\w*/g));
  return [...pending.keys()].filter((name) => words.has(name));
}

function problemOf(text: string, pending: ReadonlyMap<string, unknown>, context: Readonly<Record<string, unknown>>): string {
  const [waiting] = waitsFor(text, pending);
  if (waiting !== undefined) return `${waiting} in it cannot be resolved either`;
  const answer = evaluate(text, context);
  return 'problem' in answer ? answer.problem : 'its value is a template again';
}

function replaced(value: unknown, keys: KeyPath, by: unknown): unknown {
  const [first, ...rest] = keys;
  if (first === undefined) return by;
  if (Array.isArray(value)) return value.map((one, index): unknown => (index === first ? replaced(one, rest, by) : one));
  return isRecord(value) ? { ...value, [first]: replaced(value[first], rest, by) } : value;
}
