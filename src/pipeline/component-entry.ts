import { LabwrightError } from '../util/errors.ts';

/** What a component entry in string form asks for. */
export interface ComponentFilter {
  readonly type: string;
  /** `type` and `type=version` ask for active components, `type?…` does not. */
  readonly activeOnly: boolean;
  readonly fields: readonly FieldFilter[];
  /** All of these. */
  readonly tags: readonly string[];
  /** One of these, from the least stable that will do; none: any. */
  readonly builds: readonly string[];
}

export interface FieldFilter {
  readonly key: string;
  /** `ilike`: case is ignored and `%` stands for anything. */
  readonly operator: 'eq' | 'ilike';
  readonly value: string;
}

/** From least to most stable: asking for one means it or a more stable one. */
const BUILD_TAGS = ['build:nightly', 'build:dev', 'build:candidate', 'build:ga'];

/**
 * Reads `type`, `type=version` or `type?field:value&tags:a,b`.
 *
 * @param fallbackTags plain tags, or `type?tag` for components of that type only.
 * @throws LabwrightError `bad_input` for a field without a colon.
 */
export function parseComponentEntry(entry: string, fallbackTags: readonly string[] = []): ComponentFilter {
  const text = entry.replaceAll('%3a', ':').replaceAll('%3f', '?').replaceAll('%26', '&');
  const type = componentType(text);
  const rest = text.slice(type.length + 1);
  const fields: FieldFilter[] = [];
  const tags: string[] = [];
  const activeOnly = text.charAt(type.length) !== '?';
  if (!activeOnly) {
    for (const field of rest.split('&')) {
      const colon = field.indexOf(':');
      if (colon < 0)
        throw new LabwrightError('bad_input', `component "${entry}": "${field}" is not field:value`, {
          hint: 'write type?version:4.18.1 or type?tags:build:ga',
        });
      const key = field.slice(0, colon);
      const value = field.slice(colon + 1);
      if (key === 'tags') tags.push(...value.split(','));
      else fields.push(value.endsWith('*') ? { key, operator: 'ilike', value: value.replaceAll('*', '%') } : { key, operator: 'eq', value });
    }
  } else if (text.length > type.length) fields.push({ key: 'version', operator: 'eq', value: rest });
  tags.push(...fallbackFor(type, fallbackTags));
  const least = Math.max(...tags.map((tag) => BUILD_TAGS.indexOf(tag)));
  return { type, activeOnly, fields, tags: tags.filter((tag) => !BUILD_TAGS.includes(tag)), builds: least < 0 ? [] : BUILD_TAGS.slice(least) };
}

/** What two entries must share to replace each other: the text before the first `?` or `=`. */
export function componentType(entry: string): string {
  return entry.split(/[?=]/, 1)[0]!;
}

function fallbackFor(type: string, fallbackTags: readonly string[]): string[] {
  return fallbackTags.flatMap((tag) => {
    const mark = tag.indexOf('?');
    if (mark < 0) return [tag];
    return tag.slice(0, mark) === type ? [tag.slice(mark + 1)] : [];
  });
}
