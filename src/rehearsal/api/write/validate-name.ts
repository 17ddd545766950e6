import { NAMESPACE } from '../kinds/built-ins.ts';
import { LABEL, LABEL_RULE, SUBDOMAIN, SUBDOMAIN_RULE } from './dns-names.ts';
import type { Resource } from '../kinds/resource.ts';
import type { Cause } from '../status-error.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** Namespaces are called by an RFC 1123 label, roles by any path segment, everything else by a subdomain. */
export function nameCauses(resource: Resource, name: string): Cause[] {
  const field = 'metadata.name';
  if (name === '') return [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field }];
  const bad = (why: string): Cause[] => [{ reason: 'FieldValueInvalid', message: `Invalid value: "${name}": ${why}`, field }];
  if (resource.group === RBAC) {
    if (name === '.' || name === '..') return bad(`may not be '${name}'`);
    const wrong = ['/', '%'].find((one) => name.includes(one));
    return wrong === undefined ? [] : bad(`may not contain '${wrong}'`);
  }
  const isLabel = resource === NAMESPACE;
  const pattern = isLabel ? LABEL : SUBDOMAIN;
  const longest = isLabel ? 63 : 253;
  if (name.length > longest) return bad(`must be no more than ${longest} characters`);
  if (new RegExp(`^${pattern}$`).test(name)) return [];
  return bad(isLabel ? LABEL_RULE : SUBDOMAIN_RULE);
}
