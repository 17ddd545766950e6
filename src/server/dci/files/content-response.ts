import { Readable } from 'node:stream';
import type { Row } from '../rows.ts';

/** A file's content as a download under its name. */
export function contentResponse(content: Readable, file: Row): Response {
  const mime = typeof file['mime'] === 'string' && /^[\w.+-]+\/[\w.+-]+$/.test(file['mime']) ? file['mime'] : 'text/plain; charset=utf-8';
  return new Response(Readable.toWeb(content) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': mime,
      'content-disposition': `attachment; filename=${fileName(String(file['name']))}`,
      // An uploaded page must not run in this site's name.
      'x-content-type-options': 'nosniff',
    },
  });
}

/** Blanks become `_`; what is no token is quoted (RFC 9110 §5.6.2). A header holds Latin-1 only. */
function fileName(name: string): string {
  const plain = name.replaceAll(/\s/g, '_').replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '_');
  return /^[\w!#$%&'*+.^`|~-]+$/.test(plain) ? plain : `"${plain.replaceAll(/["\\]/g, '\\$&')}"`;
}
