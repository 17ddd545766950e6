import { isDeepStrictEqual } from 'node:util';
import { DEFINITION, NAMESPACE } from '../kinds/built-ins.ts';
import { isJson, list, member } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';

const SERVER_OWNED = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion', 'namespace', 'name'];

/** What the server makes of a new object of a kind. */
export function beforeCreate(resource: Resource, object: Json): Json {
  const metadata = { ...member(object, 'metadata'), ...(resource.counted ? { generation: 1 } : {}) };
  const { status: _status, ...rest } = object;
  const born = { ...(resource.subresources.includes('status') ? rest : object), metadata };
  if (resource === NAMESPACE) return { ...born, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  return resource === DEFINITION ? unestablished(born) : born;
}

/** What the server makes of a change through a resource or its subresource: it keeps what it owns and what the other part owns. */
export function beforeUpdate(resource: Resource, subresource: string, next: Json, current: Json): Json {
  const now = member(current, 'metadata');
  const metadata: Json = subresource === 'status' && resource.custom ? { ...now } : { ...member(next, 'metadata') };
  for (const key of SERVER_OWNED) {
    if (now[key] === undefined) delete metadata[key];
    else metadata[key] = now[key];
  }
  const managedFields = member(next, 'metadata')['managedFields'];
  if (managedFields === undefined) delete metadata['managedFields'];
  else metadata['managedFields'] = managedFields;
  // Whoever approves a certificate request changes its conditions, and nothing else.
  if (subresource === 'approval') {
    return withMember({ ...current, metadata }, 'status', withMember(member(current, 'status'), 'conditions', member(next, 'status')['conditions']));
  }
  if (subresource === 'status') return withMember({ ...current, metadata }, 'status', next['status']);
  const hasStatus = resource.subresources.includes('status');
  const changed = { ...(hasStatus ? withMember(next, 'status', current['status']) : next), metadata };
  const content = (object: Json): Json => ({ ...object, metadata: null, ...(hasStatus ? { status: null } : {}) });
  if (resource.counted && !isDeepStrictEqual(content(changed), content(current))) metadata['generation'] = Number(now['generation'] ?? 0) + 1;
  return changed;
}

function withMember(object: Json, key: string, value: unknown): Json {
  const { [key]: _old, ...rest } = object;
  return value === undefined ? rest : { ...rest, [key]: value };
}

/** A new definition before its names are accepted. */
function unestablished(definition: Json): Json {
  const stored = list(member(definition, 'spec'), 'versions')
    .filter(isJson)
    .filter((one) => one['storage'] === true)
    .map((one) => one['name']);
  return { ...definition, status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: stored } };
}
