/** A JSON object whose members are not known here. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The member as an object; an empty one when it is absent or something else. */
export function member(object: Json, key: string): Json {
  const value = object[key];
  return isJson(value) ? value : {};
}

/** The member as text; empty when it is absent or something else. */
export function text(object: Json, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? value : '';
}

/** The member as a list; empty when it is absent or something else. */
export function list(object: Json, key: string): readonly unknown[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}
