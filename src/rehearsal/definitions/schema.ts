/** A structural OpenAPI schema, as far as our definitions need one. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
/** An object we say nothing about. */
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** An object with exactly these members; a `!` at the end of a name makes it required. */
export function object(members: Readonly<Record<string, Schema>>, extra: Schema = {}): Schema {
  const required = Object.keys(members)
    .filter((name) => name.endsWith('!'))
    .map((name) => name.slice(0, -1));
  const properties = Object.fromEntries(Object.entries(members).map(([name, schema]) => [name.replace(/!$/, ''), schema]));
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), ...extra };
}

/** An object with these members and whatever else comes. */
export function open(members: Readonly<Record<string, Schema>>): Schema {
  return object(members, { 'x-kubernetes-preserve-unknown-fields': true });
}

export function list(items: Schema, extra: Schema = {}): Schema {
  return { type: 'array', items, ...extra };
}

/** A list whose items are told apart by these members: managers own items one by one. */
export function keyed(keys: readonly string[], items: Schema): Schema {
  return list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
}

export function map(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

export function withDefault(schema: Schema, value: unknown): Schema {
  return { ...schema, default: value };
}

export function matching(pattern: string): Schema {
  return { type: 'string', pattern };
}

export function atLeast(schema: Schema, minimum: number): Schema {
  return { ...schema, minimum };
}

/** A reference that is one piece to server-side apply. */
export function atomic(schema: Schema): Schema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

/** corev1.LocalObjectReference. */
export const reference: Schema = atomic(object({ name: withDefault(text, '') }));
export const named: Schema = object({ 'name!': text });
export const namespaced: Schema = object({ name: text, namespace: text });
export const bothNamed: Schema = object({ 'name!': text, 'namespace!': text });

/** metav1.LabelSelector. */
export const labelSelector: Schema = atomic(
  object({
    matchLabels: map(text),
    matchExpressions: list(object({ 'key!': text, 'operator!': text, values: list(text, { 'x-kubernetes-list-type': 'atomic' }) }), {
      'x-kubernetes-list-type': 'atomic',
    }),
  }),
);

const status = oneOf('True', 'False', 'Unknown');

/** metav1.Condition. */
export const condition: Schema = object({
  'type!': { ...text, maxLength: 316 },
  'status!': status,
  'reason!': { ...text, minLength: 1, maxLength: 1024 },
  'message!': { ...text, maxLength: 32_768 },
  'lastTransitionTime!': time,
  observedGeneration: { ...integer, format: 'int64', minimum: 0 },
});

/** Conditions as metav1 has them, one per type. */
export const conditions: Schema = keyed(['type'], condition);

/** Conditions of older kinds: a plain list. */
export const looseConditions: Schema = list(
  object({ 'type!': text, 'status!': text, reason: text, message: text, lastTransitionTime: time, lastProbeTime: time, lastHeartbeatTime: time }),
);

export const MAC = '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$';
