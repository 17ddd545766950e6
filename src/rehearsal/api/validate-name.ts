import { NAMESPACE } from './built-ins.ts';
import type { Resource } from './resource.ts';
import type { Cause } from './status-error.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
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
  const rule = isLabel
    ? `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${pattern}')`
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${pattern}')`;
  return bad(rule);
}
