/**
 * A JSON answer with the keys of every object in alphabetical order: DCI's server writes them so, and its client prints some
 * answers as it got them.
 */
export function sortedJson(value: unknown, init: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {}): Response {
  return new Response(JSON.stringify(value, inOrder), { ...init, headers: { ...init.headers, 'content-type': 'application/json' } });
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
