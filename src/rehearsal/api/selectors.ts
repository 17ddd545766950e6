import { member, text } from './json.ts';
import type { Json } from './json.ts';

/** Label and field selectors (equality only) as a test; an empty selector takes everything. */
export function selector(labelSelector: string, fieldSelector: string): (object: Json) => boolean {
  const labels = split(labelSelector);
  const fields = split(fieldSelector);
  return (object) => {
    const metadata = member(object, 'metadata');
    const own = member(metadata, 'labels');
    return labels.every((part) => holds(part, (key) => own[key])) && fields.every((part) => holds(part, (key) => text(metadata, key.replace('metadata.', ''))));
  };
}

function split(expression: string): string[] {
  return expression === '' ? [] : expression.split(',').map((part) => part.trim());
}

function holds(part: string, value: (key: string) => unknown): boolean {
  const [, key = '', operator = '', wanted = ''] = /^([^=!]+)(==|!=|=)(.*)$/.exec(part) ?? [];
  if (operator === '') return part.startsWith('!') ? value(part.slice(1)) === undefined : value(part) !== undefined;
  return (value(key) === wanted) === (operator !== '!=');
}
