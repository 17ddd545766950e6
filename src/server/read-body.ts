import type { Context } from 'hono';
import { HttpError } from './http-error.ts';

/** What DCI's server takes; uploads have no limit, because they are not kept in memory. */
const limitBytes = 20 * 1024 * 1024;

/** The whole body. @throws HttpError 413 as soon as it is too large. */
export async function readBody(context: Context): Promise<Uint8Array> {
  const tooLarge = (): HttpError => new HttpError(413, `the body is larger than ${limitBytes} bytes`);
  if (Number(context.req.header('content-length') ?? 0) > limitBytes) throw tooLarge();
  if (!context.req.raw.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
