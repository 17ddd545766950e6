import { DEFINITION, NAMESPACE } from '../kinds/built-ins.ts';
import { isJson, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';
import { badRequest } from '../status-error.ts';

/** Defaults and conversions of a built-in kind that no schema can say; they happen before field ownership is decided. */
export function normalise(resource: Resource, object: Json): Json {
  if (resource === NAMESPACE) {
    const metadata = member(object, 'metadata');
    return { ...object, metadata: { ...metadata, labels: { ...member(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata['name'] } } };
  }
  if (resource === DEFINITION) {
    const spec = member(object, 'spec');
    const names: Json = { ...member(spec, 'names') };
    names['singular'] ??= text(names, 'kind').toLowerCase();
    names['listKind'] ??= `${text(names, 'kind')}List`;
    return { ...object, spec: { conversion: { strategy: 'None' }, ...spec, names } };
  }
  return resource.kind === 'Secret' && resource.group === '' ? secret(object) : object;
}

function secret(object: Json): Json {
  const { stringData, ...rest } = object;
  for (const value of Object.values(member(object, 'data'))) checkBase64(String(value));
  const plain = isJson(stringData) ? Object.entries(stringData) : [];
  const encoded = Object.fromEntries(plain.map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]));
  const data = { ...member(object, 'data'), ...encoded };
  return { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), type: object['type'] ?? 'Opaque' };
}

function checkBase64(value: string): void {
  const compact = value.replaceAll(/[\r\n]/g, '');
  const strange = compact.search(/[^A-Za-z0-9+/]/);
  const at = strange !== -1 && !/^={1,2}$/.test(compact.slice(strange)) ? strange : compact.length % 4 === 0 ? -1 : compact.length - (compact.length % 4);
  if (at !== -1) throw badRequest(`Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte ${at}`);
}
