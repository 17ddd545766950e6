import { LabwrightError } from '../util/errors.ts';
import { componentType } from './component-entry.ts';
import { isRecord } from '../util/is-record.ts';

/** `<job or stage>:<key>=<value>` of a command line; target `@pipeline` sets run options. */
export interface Override {
  readonly target: string;
  readonly key: string;
  readonly value: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws LabwrightError `bad_input` when the text has no target, no `=`, or another `@` name than `@pipeline`. */
export function parseOverride(text: string): Override {
  const colon = text.indexOf(':');
  const equals = text.indexOf('=', colon + 1);
  const target = text.slice(0, Math.max(0, colon));
  if (target === '' || equals < 0) throw usage(`"${text}" is not an override`, 'write <job or stage>:<key>=<value>');
  if (target.startsWith('@') && target !== '@pipeline') throw usage(`no such target: ${target}`, 'the only target with @ is @pipeline');
  return { target, key: text.slice(colon + 1, equals), value: overrideValue(text.slice(equals + 1)) };
}

/**
 * Folds an override into the first job whose name or stage it targets; the others stay as they are.
 *
 * @throws LabwrightError `bad_input` when it targets no job, or puts a list with maps into a list.
 */
export function applyOverride<T extends Fields>(jobs: readonly T[], override: Override): T[] {
  const index = jobs.findIndex((job) => job['name'] === override.target || job['stage'] === override.target);
  if (index < 0) throw usage(`no such job or stage: ${override.target}`, 'name a job or a stage of the pipeline');
  return jobs.map((job, at) => (at === index ? { ...job, [override.key]: folded(job[override.key], override.value, override.key) } : job));
}

/** JSON first, so that 4.10 becomes the number 4.1, as in DCI. */
function overrideValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // not JSON: the short forms below
  }
  const colon = text.indexOf(':');
  if (colon >= 0 && !/^https?:\/\//.test(text)) return { [text.slice(0, colon)]: listOrText(text.slice(colon + 1)) };
  return listOrText(text);
}

function listOrText(text: string): string | string[] {
  if (!text.includes(',')) return text;
  const items = text.split(',');
  return items.at(-1) === '' ? items.slice(0, -1) : items;
}

function folded(existing: unknown, value: unknown, key: string): unknown {
  if (Array.isArray(existing) && (Array.isArray(value) || (key === 'components' && typeof value === 'string'))) {
    return foldedList(existing, Array.isArray(value) ? value : [value]);
  }
  if (!isRecord(existing) || !isRecord(value)) return value;
  const result: Record<string, unknown> = { ...existing };
  for (const [name, inner] of Object.entries(value)) result[name] = folded(result[name], inner, name);
  return result;
}

function foldedList(existing: readonly unknown[], values: readonly unknown[]): unknown[] {
  const result = [...existing];
  for (const value of values) {
    if (typeof value !== 'string') throw usage('a list is overridden by strings only', 'change the map in the file');
    const index = result.findIndex((one) => typeOf(one) === componentType(value));
    if (index < 0) result.push(value);
    else result[index] = value;
  }
  return result;
}

function typeOf(element: unknown): unknown {
  if (typeof element === 'string') return componentType(element);
  return isRecord(element) ? element['type'] : undefined;
}

function usage(message: string, hint: string): LabwrightError {
  return new LabwrightError('bad_input', message, { hint });
}
