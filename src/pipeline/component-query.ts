import { parseComponentEntry } from './component-entry.ts';

/**
 * The control server's `query` for a component entry in string form.
 *
 * @param fallbackTags plain tags, or `type?tag` for components of that type only.
 * @throws LabwrightError `bad_input` for a field without a colon.
 */
export function componentQuery(entry: string, fallbackTags: readonly string[] = []): string {
  const { type, activeOnly, fields, tags, builds } = parseComponentEntry(entry, fallbackTags);
  const clauses = [
    ...(activeOnly ? ['eq(state,active)'] : []),
    `eq(type,${type})`,
    ...fields.map(({ key, operator, value }) => `${operator}(${key},${value})`),
    ...tags.map(contains),
    ...(builds.length > 0 ? [`or(${builds.map(contains).join(',')})`] : []),
  ];
  return `and(${clauses.join(',')})`;
}

function contains(tag: string): string {
  return `contains(tags,${tag})`;
}
