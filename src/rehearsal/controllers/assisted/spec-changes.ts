import { isRecord } from '../../../util/is-record.ts';

/**
 * What changed between two specs, in the form in which assisted-service's webhook tells it: by Go field names, with Go's
 * `%v` of the values (recorded/assisted/admission-update). Top-level members in `free` may change.
 */
export function specChanges(before: object, after: object, free: readonly string[]): readonly string[] {
  const keep = (spec: object): object => Object.fromEntries(Object.entries(spec).filter(([key]) => !free.includes(key)));
  return changes('', keep(before), keep(after));
}

function changes(path: string, before: unknown, after: unknown): readonly string[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => changes(path === '' ? goName(key) : `${path}.${goName(key)}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) return before.flatMap((one, index) => changes(path, one, after[index]));
  const [from, to] = [goValue(before, after), goValue(after, before)];
  return from === to ? [] : [`${path}: (${from} => ${to})`];
}

/** Go names whose capitals are not only the first letter. */
const NAMES: Readonly<Record<string, string>> = { cidr: 'CIDR', sshPublicKey: 'SSHPublicKey', apiVIP: 'APIVIP', apiVIPs: 'APIVIPs', url: 'Url' };

function goName(key: string): string {
  return NAMES[key] ?? key.slice(0, 1).toUpperCase() + key.slice(1);
}

/** A missing value is its type's zero; the other side shows the type. */
function goValue(value: unknown, other: unknown): string {
  if (value === undefined || value === null) {
    if (Array.isArray(other)) return '[]';
    return typeof other === 'boolean' ? 'false' : typeof other === 'number' ? '0' : isRecord(other) ? '<nil>' : '';
  }
  return format(value);
}

function format(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(format).join(' ')}]`;
  if (!isRecord(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${goName(key)}:${format(member)}`)
    .join(' ')}}`;
}
