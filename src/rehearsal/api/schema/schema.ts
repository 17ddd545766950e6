import { isJson, member } from '../json.ts';
import type { Json } from '../json.ts';

/** What `conform` found that the schema does not know, as `spec.hosts[0].rol`. */
export type UnknownField = (path: string) => void;

const EMBEDDED = ['apiVersion', 'kind', 'metadata'];

/**
 * The value as a structural schema keeps it: unknown members dropped, defaults filled in, and null where it is not
 * allowed replaced by the default or, unless it is to be kept for validation to refuse, dropped.
 */
export function conform(value: unknown, schema: Json, path: string, unknown: UnknownField, dropNulls = true): unknown {
  if (Array.isArray(value)) {
    const items = schema['items'];
    return isJson(items) ? value.map((one, index) => conform(one, items, `${path}[${index}]`, unknown, dropNulls)) : value;
  }
  if (!isJson(value)) return value;
  const properties = member(schema, 'properties');
  const extra = schema['additionalProperties'];
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || extra === true;
  const embedded = schema['x-kubernetes-embedded-resource'] === true ? EMBEDDED : [];
  const kept: Json = {};
  for (const key of Object.keys(value).toSorted()) {
    const one = value[key];
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const below = path === '' ? key : `${path}.${key}`;
    if (isJson(own)) {
      const isKept = one !== null || own['nullable'] === true || (!dropNulls && own['default'] === undefined);
      if (isKept) kept[key] = conform(one, own, below, unknown, dropNulls);
    } else if (isJson(extra)) kept[key] = conform(one, extra, below, unknown, dropNulls);
    else if (open || embedded.includes(key)) kept[key] = one;
    else unknown(below);
  }
  for (const [key, own] of Object.entries(properties)) {
    if (kept[key] === undefined && isJson(own) && own['default'] !== undefined) kept[key] = conform(structuredClone(own['default']), own, '', () => undefined);
  }
  return kept;
}
