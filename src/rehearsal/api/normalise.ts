import { NAMESPACE } from './built-ins.ts';
import { isJson, member } from './json.ts';
import type { Json } from './json.ts';
import type { Resource } from './resource.ts';

/** Defaults and conversions of a built-in kind that no schema can say; they happen before field ownership is decided. */
export function normalise(resource: Resource, object: Json): Json {
  if (resource === NAMESPACE) {
    const metadata = member(object, 'metadata');
    return { ...object, metadata: { ...metadata, labels: { ...member(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata['name'] } } };
  }
  return resource.kind === 'Secret' && resource.group === '' ? secret(object) : object;
}

function secret(object: Json): Json {
  const { stringData, ...rest } = object;
  const plain = isJson(stringData) ? Object.entries(stringData) : [];
  const encoded = Object.fromEntries(plain.map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]));
  const data = { ...member(object, 'data'), ...encoded };
  return { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), type: object['type'] ?? 'Opaque' };
}
