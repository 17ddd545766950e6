import type * as z from 'zod';
import { closest } from './closest.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { KeyPath, Parsed, SourceFile } from './source-file.ts';

/** How a key is written, by its path (empty for the file itself) with `*` for names the user chose: `{'networks.*.cidr': 'cidr: 192.168.21.0/24'}`. */
export type Examples = Readonly<Record<string, string>>;

/** What is checked, and where it stands: a whole file, or a part of one. */
export type Located = Pick<SourceFile, 'value' | 'at' | 'atKey'>;

/**
 * Checks a file against a schema; each issue becomes a diagnostic at the value (or key) it is about.
 *
 * A message in the schema (`z.string().regex(…, 'write a size as 512GiB')`) is the hint of its issue.
 */
export function checkShape<T>(schema: z.ZodType<T>, file: Located, examples: Examples = {}): Parsed<T> {
  const result = schema.safeParse(file.value);
  if (result.success) return { value: result.data, diagnostics: [] };
  return { value: undefined, diagnostics: result.error.issues.flatMap((issue) => issueDiagnostics(schema, file, examples, issue)) };
}

function issueDiagnostics(schema: z.ZodType, file: Located, examples: Examples, issue: z.core.$ZodIssue): Diagnostic[] {
  const keys = issue.path.filter((key) => typeof key !== 'symbol');
  const where = keys.length === 0 ? 'the file' : keys.join('.');
  const example = exampleFor(examples, keys);
  const value = valueAt(file.value, keys);
  const missing = () => {
    const parent = keys.slice(0, -1);
    const message = `key "${keys.at(-1)}" is missing${parent.length > 0 ? ` in ${parent.join('.')}` : ''}`;
    return [error('missing-key', message, `add ${example ?? `${keys.at(-1)}: …`}`, file.atKey(parent))];
  };
  const error = (id: string, message: string, hint: string, at = value === null ? file.atKey(keys) : file.at(keys)): Diagnostic => ({
    id,
    severity: 'error',
    message,
    hint,
    at,
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = knownKeys(schema, keys);
        const near = closest(key, known);
        const hint = near === undefined ? `remove it, or use one of: ${known.join(', ')}` : `did you mean ${near}?`;
        return error('unknown-key', `unknown key "${key}" in ${where}`, hint, file.atKey([...keys, key]));
      });
    case 'invalid_type':
      if (keys.length === 0 && (value === null || value === undefined))
        return [error('empty-file', 'the file is empty', `write ${example ?? 'its keys, one a line'}`)];
      if (value === undefined) return missing();
      return [error('wrong-type', `${where} is ${kindOf(value)}, not ${expected(issue.expected)}`, `write ${example ?? expected(issue.expected)}`)];
    case 'invalid_value': {
      if (value === undefined) return missing();
      const near = closest(typeof value === 'string' ? value : shown(value), issue.values.map(String));
      const choice = `write one of: ${issue.values.map(String).join(', ')}`;
      return [error('wrong-value', `${where} cannot be ${shown(value)}`, near === undefined ? choice : `did you mean ${near}? ${choice}`)];
    }
    case 'too_small':
      return [error('wrong-value', `${where} is too small`, issue.origin === 'string' ? issue.message : `write ${String(issue.minimum)} or more`)];
    case 'too_big':
      return [error('wrong-value', `${where} is too large`, issue.origin === 'string' ? issue.message : `write ${String(issue.maximum)} or less`)];
    case 'invalid_key':
      return [error('bad-name', `"${keys.at(-1)}" is not a name`, issue.issues[0]?.message ?? 'use another name', file.atKey(keys))];
    case 'invalid_format':
    case 'custom':
      return [error('wrong-value', `${where} cannot be ${shown(value)}`, issue.message)];
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
      break;
  }
  return [error('wrong-shape', `${where} cannot be ${kindOf(value)}`, example === undefined ? issue.message : `write ${example}`)];
}

function exampleFor(examples: Examples, keys: KeyPath): string | undefined {
  for (const [pattern, example] of Object.entries(examples)) {
    const parts = pattern === '' ? [] : pattern.split('.');
    if (parts.length === keys.length && parts.every((part, index) => part === '*' || part === String(keys[index]))) return example;
  }
  return undefined;
}

function valueAt(value: unknown, keys: KeyPath): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

/** Keys of the object that a schema wants at a path. */
function knownKeys(schema: z.ZodType, keys: KeyPath): string[] {
  let type: z.core.$ZodType | undefined = schema;
  for (const key of keys) type = type && inner(type, key);
  const def = type && unwrapped(type)._zod.def;
  return def?.type === 'object' ? Object.keys((def as z.core.$ZodObjectDef).shape) : [];
}

function inner(type: z.core.$ZodType, key: string | number): z.core.$ZodType | undefined {
  const { def } = unwrapped(type)._zod;
  if (def.type === 'object') return (def as z.core.$ZodObjectDef).shape[key];
  if (def.type === 'record') return (def as z.core.$ZodRecordDef).valueType;
  return def.type === 'array' ? (def as z.core.$ZodArrayDef).element : undefined;
}

/** Without optional, default and transform around it. */
function unwrapped(type: z.core.$ZodType): z.core.$ZodType {
  const { def } = type._zod;
  if ('innerType' in def) return unwrapped(def.innerType as z.core.$ZodType);
  return def.type === 'pipe' ? unwrapped((def as z.core.$ZodPipeDef).in) : type;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of names',
};

function expected(type: string): string {
  return EXPECTED[type] ?? type;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return shown(value);
}

function shown(value: unknown): string {
  return typeof value === 'object' ? kindOf(value) : JSON.stringify(value);
}
