import { elementOf, typeOf } from './field-type.ts';
import type { Json } from '../json.ts';

/** Finds the old item that an item of a keyed list or a set goes back to; in other lists nothing does. */
export function correlated(schema: Json, old: unknown): (item: unknown) => unknown {
  const type = typeOf(schema);
  if (!Array.isArray(old) || type.kind !== 'list' || type.relation === 'atomic') return () => undefined;
  const items = new Map(old.map((item: unknown) => [elementOf(type, item), item]));
  return (item) => {
    const element = elementOf(type, item);
    return element === undefined ? undefined : items.get(element);
  };
}
