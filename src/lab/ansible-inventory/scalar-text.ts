/** A single value as text; undefined for lists, maps and nothing. */
export function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Whether Ansible's filter `bool` makes it true. */
export function isOn(value: unknown): boolean {
  return /^(true|yes|on|1)$/i.test(scalarText(value) ?? '');
}
