import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';

export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One request as a client without any wits sends it. */
export async function send(
  server: { readonly url: string; readonly ca: string },
  token: string,
  { method, path, query = {}, headers = {}, body }: PlainRequest,
): Promise<{ readonly status: number; readonly warnings: readonly string[]; readonly body: unknown }> {
  const url = new URL(path, server.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const content = payload === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(payload)) };
  const all = { 'User-Agent': 'lab-client/1.0', Accept: 'application/json', Authorization: `Bearer ${token}`, ...content, ...headers };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers: all, ca: server.ca }, resolve).on('error', reject).end(payload);
  });
  return { status: response.statusCode ?? 0, warnings: response.headersDistinct['warning'] ?? [], body: await json(response) };
}
