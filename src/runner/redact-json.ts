import { redact } from '../util/redact.ts';

/** The same data with secrets replaced in every string except under the names in `keep`. */
export function redactJson<T>(value: T, secrets: readonly string[], keep: readonly string[] = []): T {
  if (typeof value === 'string') return redact(value, secrets) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redactJson(item, secrets, keep)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, keep.includes(key) ? item : redactJson(item as unknown, secrets, keep)]);
  return Object.fromEntries(entries) as T;
}

/** Secrets as they appear in lines: a key of several lines is also logged line by line. */
export function secretLines(secrets: readonly string[]): string[] {
  const lines = secrets.flatMap((secret) => secret.split('\n').filter((line) => line.length >= 8));
  return [...new Set([...secrets, ...lines])].toSorted((a, b) => b.length - a.length);
}
