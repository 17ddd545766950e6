import * as z from 'zod';
import { pythonText } from './python-text.ts';

/**
 * The kinds of fields in DCI's request bodies, with the texts its server gives for wrong ones (JSON Schema draft 4, as
 * Python's jsonschema words it). `malformed.ts` puts a field's name before them where the original does.
 */
export const REQUIRED = 'is a required property';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function text(): z.ZodString {
  return z.string({ error: typed('string') });
}

/** Text or null, null when left out. */
export function textOrNull(): z.ZodDefault<z.ZodNullable<z.ZodString>> {
  return z
    .string({ error: typed("string', 'null") })
    .nullable()
    .default(null);
}

/** Lower case only. */
export function id(): z.ZodString {
  return text().regex(UUID, { error: ({ input }) => `${pythonText(input)} does not match '${UUID.source}'` });
}

export function idOrNull(): z.ZodDefault<z.ZodNullable<z.ZodString>> {
  return id().nullable().default(null);
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: typed('boolean') });
}

export function number(): z.ZodNumber {
  return z.number({ error: typed('number') });
}

export function integer(): z.ZodInt {
  return z.int({ error: typed('integer') });
}

/** Any JSON object. */
export function data(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return z.record(z.string(), z.unknown(), { error: typed('object') });
}

/** What its items are is found out later, with another text. */
export function list(): z.ZodArray<z.ZodUnknown> {
  return z.array(z.unknown(), { error: typed('array') });
}

export function email(): z.ZodString {
  return text().refine((value) => value.includes('@'), { error: ({ input }) => `${pythonText(input)} is not a 'email'` });
}

/** http, https, or nothing. */
export function url(): z.ZodString {
  return text().refine((value) => value === '' || isUrl(value), { error: ({ input }) => `${pythonText(input)} is not valid under any of the given schemas` });
}

export function urlOrNull(): z.ZodDefault<z.ZodNullable<z.ZodString>> {
  return text()
    .refine(isUrl, { error: ({ input }) => `${pythonText(input)} is not a valid 'url'` })
    .nullable()
    .default(null);
}

/** One of these words; a value of another type breaks two rules at once. */
export function oneOf<const Value extends string>(values: readonly Value[]): z.ZodType<Value> {
  return z.unknown().superRefine((value, context) => {
    if (value === undefined || values.some((one) => one === value)) return;
    const shown = pythonText(value);
    if (typeof value !== 'string') context.addIssue({ code: 'custom', message: `${shown} is not of type 'string'`, continue: true });
    context.addIssue({ code: 'custom', message: `${shown} is not one of ${pythonText(values)}` });
  }) as unknown as z.ZodType<Value>;
}

export function state(): z.ZodType<'active' | 'inactive' | 'archived'> {
  return oneOf(['active', 'inactive', 'archived']);
}

export function jobStatus(): z.ZodType<(typeof JOB_STATUSES)[number]> {
  return oneOf(JOB_STATUSES);
}

export const JOB_STATUSES = ['new', 'pre-run', 'running', 'post-run', 'success', 'failure', 'killed', 'error'] as const;

/** A body that creates: unknown keys are refused. */
export function newObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: objectError });
}

/**
 * A body that changes: every key may be left out, unknown ones are dropped, because clients send back what they read.
 * No field may have a default: zod would apply it to what was left out.
 */
export function changes<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape, { error: objectError }).partial();
}

function objectError(issue: { readonly code?: string | undefined; readonly input?: unknown }): string | undefined {
  return issue.code === 'invalid_type' ? `${pythonText(issue.input)} is not of type 'object'` : undefined;
}

function typed(type: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => (input === undefined ? REQUIRED : `${pythonText(input)} is not of type '${type}'`);
}

function isUrl(value: string): boolean {
  return /^https?:\/\//.test(value);
}
