import { isJson, member } from './json.ts';
import type { Json } from './json.ts';

/** The value as a structural schema keeps it: unknown members dropped, defaults filled in. */
export function conform(value: unknown, schema: Json): unknown {
  if (Array.isArray(value)) return isJson(schema['items']) ? value.map((one) => conform(one, member(schema, 'items'))) : value;
  if (!isJson(value)) return value;
  const properties = member(schema, 'properties');
  const extra = schema['additionalProperties'];
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || extra === true;
  const embedded = schema['x-kubernetes-embedded-resource'] === true ? ['apiVersion', 'kind', 'metadata'] : [];
  const kept: Json = {};
  for (const [key, one] of Object.entries(value)) {
    const own = properties[key];
    if (isJson(own)) {
      if (one !== null || own['nullable'] === true) kept[key] = conform(one, own);
    } else if (isJson(extra)) kept[key] = conform(one, extra);
    else if (open || embedded.includes(key)) kept[key] = one;
  }
  for (const [key, own] of Object.entries(properties)) {
    if (kept[key] === undefined && isJson(own) && own['default'] !== undefined) kept[key] = conform(structuredClone(own['default']), own);
  }
  return kept;
}

/** A whole custom resource; its metadata is not the schema's business. */
export function conformObject(object: Json, schema: Json): Json {
  const { apiVersion, kind, metadata, ...rest } = object;
  const kept = conform(rest, schema);
  return { apiVersion, kind, metadata, ...(isJson(kept) ? kept : {}) };
}
