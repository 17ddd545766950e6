import { LabwrightError } from '../util/errors.ts';

/** From least to most stable: asking for one means it or a more stable one. */
const BUILD_TAGS = ['build:nightly', 'build:dev', 'build:candidate', 'build:ga'];

/**
 * The control server's `query` for a component entry in string form: `type`, `type=version`, `type?field:value&tags:a,b`.
 *
 * @param fallbackTags plain tags, or `type?tag` for components of that type only.
 * @throws LabwrightError `bad_input` for a field without a colon.
 */
export function componentQuery(entry: string, fallbackTags: readonly string[] = []): string {
  const text = entry.replaceAll('%3a', ':').replaceAll('%3f', '?').replaceAll('%26', '&');
  const type = componentType(text);
  const clauses: string[] = [];
  const tags: string[] = [];
  if (text.charAt(type.length) === '?') {
    clauses.push(`eq(type,${type})`);
    for (const field of text.slice(type.length + 1).split('&')) {
      const colon = field.indexOf(':');
      if (colon < 0)
        throw new LabwrightError('bad_input', `component "${entry}": "${field}" is not field:value`, {
          hint: 'write type?version:4.18.1 or type?tags:build:ga',
        });
      const key = field.slice(0, colon);
      const value = field.slice(colon + 1);
      if (key === 'tags') tags.push(...value.split(','));
      else if (value.endsWith('*')) clauses.push(`ilike(${key},${value.replaceAll('*', '%')})`);
      else clauses.push(`eq(${key},${value})`);
    }
  } else {
    clauses.push('eq(state,active)', `eq(type,${type})`);
    if (text.length > type.length) clauses.push(`eq(version,${text.slice(type.length + 1)})`);
  }
  tags.push(...fallbackFor(type, fallbackTags));
  clauses.push(...tagClauses(tags));
  return `and(${clauses.join(',')})`;
}

/** What two entries must share to replace each other: the text before the first `?` or `=`. */
export function componentType(entry: string): string {
  return entry.split(/[?=]/, 1)[0]!;
}

function fallbackFor(type: string, fallbackTags: readonly string[]): string[] {
  const tags: string[] = [];
  for (const tag of fallbackTags) {
    const mark = tag.indexOf('?');
    if (mark < 0) tags.push(tag);
    else if (tag.slice(0, mark) === type) tags.push(tag.slice(mark + 1));
  }
  return tags;
}

function tagClauses(tags: readonly string[]): string[] {
  const clauses = tags.filter((tag) => !BUILD_TAGS.includes(tag)).map((tag) => `contains(tags,${tag})`);
  const least = Math.max(...tags.map((tag) => BUILD_TAGS.indexOf(tag)));
  if (least >= 0) {
    const builds = BUILD_TAGS.slice(least).map((tag) => `contains(tags,${tag})`);
    clauses.push(`or(${builds.join(',')})`);
  }
  return clauses;
}
