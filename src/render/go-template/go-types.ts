/** A type of Go, as far as templates can tell one from another. */
export interface GoType {
  /** As Go prints it: `string`, `v1alpha1.BootMode`, `map[string]string`. */
  readonly name: string;
  readonly kind: 'string' | 'bool' | 'int' | 'float64' | 'map' | 'slice' | 'struct' | 'pointer' | 'any';
  /** Of a map, slice or pointer. */
  readonly element?: GoType;
  /** Of a struct: Go's field name to the key in JSON and the type. */
  readonly fields?: Readonly<Record<string, { readonly key: string; readonly type: GoType; readonly omitEmpty: boolean }>>;
}

/** A value and its type; undefined stands for nothing, Go's nil. */
export interface Typed {
  readonly type: GoType;
  readonly value: unknown;
}

export const STRING: GoType = { name: 'string', kind: 'string' };
export const BOOL: GoType = { name: 'bool', kind: 'bool' };
export const INT: GoType = { name: 'int', kind: 'int' };
export const ANY: GoType = { name: 'interface {}', kind: 'any' };
const FLOAT: GoType = { name: 'float64', kind: 'float64' };

export function named(name: string): GoType {
  return { name, kind: 'string' };
}
export function sliceOf(element: GoType): GoType {
  return { name: `[]${element.name}`, kind: 'slice', element };
}
export function mapOf(element: GoType): GoType {
  return { name: `map[string]${element.name}`, kind: 'map', element };
}
export function pointerTo(element: GoType): GoType {
  return { name: `*${element.name}`, kind: 'pointer', element };
}
/** @param fields Go's name to its type, with the JSON key where it is not the name with a small first letter; a key that ends in `!` is always written. */
export function struct(name: string, fields: Readonly<Record<string, GoType | readonly [string, GoType]>>): GoType {
  const entries = Object.entries(fields).map(([field, given]) => {
    const [raw, type] = 'kind' in given ? [`${field[0]!.toLowerCase()}${field.slice(1)}`, given] : given;
    return [field, { key: raw.replace('!', ''), type, omitEmpty: !raw.endsWith('!') }] as const;
  });
  return { name, kind: 'struct', fields: Object.fromEntries(entries) };
}

/** The value that Go has where none was set: nothing for maps, lists and pointers. */
function zeroOf({ kind }: GoType): unknown {
  return ZEROES[kind];
}

const ZEROES: Partial<Record<GoType['kind'], unknown>> = { string: '', bool: false, int: 0, float64: 0, struct: {} };

/** What a plain value is in Go when its type is not known: of YAML, or a function's result. */
export function typedOf(value: unknown): Typed {
  if (typeof value === 'string') return { type: STRING, value };
  if (typeof value === 'boolean') return { type: BOOL, value };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? INT : FLOAT, value };
  if (Array.isArray(value)) return { type: sliceOf(ANY), value };
  if (typeof value === 'object' && value !== null) return { type: mapOf(ANY), value };
  return { type: ANY, value: undefined };
}

/** A member of a typed value: itself known, or what a plain value is. */
export function memberOf(type: GoType, value: unknown): Typed {
  if (type.kind === 'any') return typedOf(value);
  return { type, value: value === undefined || value === null ? zeroOf(type) : value };
}

/** Without pointers around it. */
export function pointed({ type, value }: Typed): Typed {
  return type.kind === 'pointer' ? pointed({ type: type.element!, value }) : { type, value };
}

export function isTrue(typed: Typed): boolean {
  const { type, value } = typed;
  if (type.kind === 'pointer') return value !== undefined && value !== null;
  if (type.kind === 'struct') return true;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** The members of a list or map, in Go's order: of a map by key. */
export function membersOf(typed: Typed): readonly { readonly key: Typed; readonly value: Typed }[] | undefined {
  const { type, value } = pointed(typed);
  const element = type.element ?? ANY;
  if (type.kind === 'slice')
    return ((value ?? []) as readonly unknown[]).map((one, index) => ({ key: { type: INT, value: index }, value: memberOf(element, one) }));
  if (type.kind === 'map') {
    const map = (value ?? {}) as Readonly<Record<string, unknown>>;
    return Object.keys(map)
      .toSorted()
      .map((key) => ({ key: { type: STRING, value: key }, value: memberOf(element, map[key]) }));
  }
  return undefined;
}

/** As Go's JSON has it: fields of a struct in their order there, empty ones left out where their tag says so. */
export function plainOf(typed: Typed): unknown {
  const { type, value } = pointed(typed);
  if (type.kind === 'struct') {
    const held = (value ?? {}) as Readonly<Record<string, unknown>>;
    const entries = Object.values(type.fields!).flatMap(({ key, type: inner, omitEmpty }) => {
      const member = memberOf(inner, held[key]);
      return omitEmpty && inner.kind !== 'struct' && !isTrue(member) ? [] : [[key, plainOf(member)] as const];
    });
    return Object.fromEntries(entries);
  }
  const members = membersOf({ type, value });
  if (members === undefined) return value ?? null;
  if (value === undefined) return null;
  return type.kind === 'slice' ? members.map((one) => plainOf(one.value)) : Object.fromEntries(members.map((one) => [one.key.value, plainOf(one.value)]));
}

/** As Go's `fmt` prints it with `%v`. */
export function printed(typed: Typed): string {
  const { type, value } = typed;
  if (type.kind === 'pointer') return value === undefined || value === null ? '<nil>' : `&${printed(pointed(typed))}`;
  if (type.kind === 'struct')
    return `{${Object.values(type.fields!)
      .map(({ key, type: inner }) => printed(memberOf(inner, (value as Record<string, unknown>)[key])))
      .join(' ')}}`;
  const members = membersOf(typed);
  if (members === undefined && (value === undefined || value === null)) return '<nil>';
  if (members === undefined) return typeof value === 'string' ? value : JSON.stringify(value);
  if (type.kind === 'slice') return `[${members.map((one) => printed(one.value)).join(' ')}]`;
  return `map[${members.map((one) => `${String(one.key.value)}:${printed(one.value)}`).join(' ')}]`;
}
