import { isRecord } from '../../util/is-record.ts';
import { mergeKeyedList } from './merge-keyed-list.ts';
import type { MergeSchema } from './merge-keys.ts';

/** A patch that does not fit the object; the message names the field. */
export class MergeMismatch extends Error {}

/**
 * The object with a strategic merge patch laid over it (kyaml/yaml/merge2); undefined when the patch deletes it.
 *
 * null deletes a field, `$patch: delete|replace|merge` works on maps and on elements of lists. Lists with merge keys are
 * merged, elements of the patch first; others are replaced.
 *
 * @throws MergeMismatch where one has a list, a map or a plain value and the other something else.
 */
export function strategicMerge(target: unknown, patch: unknown, schema: MergeSchema | undefined, path: readonly string[] = []): unknown {
  if (patch === undefined) return target;
  if (patch === null) return undefined;
  const given = target ?? undefined;
  if (given !== undefined && kindOf(given) !== kindOf(patch))
    throw new MergeMismatch(`${path.join('.') || 'it'} is ${kindOf(given)}, the patch has ${kindOf(patch)}`);
  if (isRecord(patch)) return mergeMaps(given as Readonly<Record<string, unknown>> | undefined, patch, schema, path);
  if (Array.isArray(patch) && schema?.keys !== undefined) return mergeLists((given ?? []) as unknown[], patch as unknown[], schema, path);
  return patch;
}

type Map = Readonly<Record<string, unknown>>;

function mergeMaps(target: Map | undefined, patch: Map, schema: MergeSchema | undefined, path: readonly string[]): Map | undefined {
  const { $patch: directive, ...fields } = patch;
  if (directive === 'delete') return undefined;
  if (directive !== undefined && directive !== 'replace' && directive !== 'merge')
    throw new MergeMismatch(`unknown patch strategy ${JSON.stringify(directive)}`);
  const base = directive === 'replace' ? undefined : target;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(fields)) {
    const result = strategicMerge(base?.[key], value, schema?.fields?.[key], [...path, key]);
    if (result === undefined) delete merged[key];
    else merged[key] = result;
  }
  return merged;
}

function mergeLists(target: readonly unknown[], patch: readonly unknown[], schema: MergeSchema, path: readonly string[]): unknown[] | undefined {
  const keys = schema.keys ?? [];
  const directive = patch.map((one) => (isRecord(one) && Object.keys(one).length <= 1 ? one['$patch'] : undefined)).find((one) => one !== undefined);
  if (directive === 'delete') return undefined;
  const elements = patch.filter((one) => !(isRecord(one) && Object.keys(one).length === 1 && '$patch' in one));
  if (directive === 'replace') return mergeLists([], elements, schema, path);
  if (keys.length === 0) return [...new Set([...elements, ...target])];
  return mergeKeyedList(target, elements, keys, (one, element) => strategicMerge(one, element, schema.items, path));
}

function kindOf(value: unknown): 'a list' | 'a map' | 'a plain value' {
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'a map' : 'a plain value';
}
