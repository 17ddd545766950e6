import type { Resource } from './resource.ts';
import { invalid } from './status-error.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

/** Namespaces are called by an RFC 1123 label, everything else by a subdomain. @throws StatusError 422 */
export function checkName(resource: Resource, name: string): void {
  const isLabel = resource.group === '' && resource.kind === 'Namespace';
  const pattern = isLabel ? LABEL : SUBDOMAIN;
  const longest = isLabel ? 63 : 253;
  if (name === '') {
    const message = 'Required value: name or generateName is required';
    throw invalid(resource, name, [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]);
  }
  const rule = isLabel
    ? `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${pattern}')`
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${pattern}')`;
  const wrong = name.length > longest ? `must be no more than ${longest} characters` : new RegExp(`^${pattern}$`).test(name) ? undefined : rule;
  if (wrong === undefined) return;
  throw invalid(resource, name, [{ reason: 'FieldValueInvalid', message: `Invalid value: "${name}": ${wrong}`, field: 'metadata.name' }]);
}
