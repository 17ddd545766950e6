import { createHash, createHmac } from 'node:crypto';

/** A request as it came, or as it will be sent: header names in lower case, values raw; `path` as on the request line, without the query. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Hex SHA-256 of the raw body: an upload is hashed while it streams. */
  readonly bodySha256: string;
}

/** What the Authorization header says about the key and the scope of a signature. */
export interface HmacScope {
  readonly algorithm: string;
  /** YYYYMMDD/region/service/request_type */
  readonly scope: readonly [date: string, region: string, service: string, requestType: string];
  readonly signedHeaders: readonly string[];
  /** X-Amz-Date or X-DCI-Date, YYYYMMDDTHHMMSSZ. */
  readonly date: string;
}

/** The signature of DCI's clients, a relative of AWS SigV4 (reference/dci-control-server.md §3.2). @param query canonical, of `canonicalQuery`. */
export function hmacSignature(request: SignedRequest, claim: HmacScope, secret: string, query: string): string {
  const headers = claim.signedHeaders.map((name) => `${name}:${request.headers[name.toLowerCase()] ?? ''}\n`).join('');
  const canonical = [request.method.toUpperCase(), decoded(request.path), query, headers, claim.signedHeaders.join(';'), request.bodySha256].join('\n');
  const toSign = [claim.algorithm, claim.date, claim.scope.join('/'), sha256(canonical)].join('\n');
  const first: string | Buffer = claim.algorithm.replace('-HMAC-SHA256', '') + secret;
  const key = claim.scope.reduce<string | Buffer>((parent, part) => createHmac('sha256', parent).update(part).digest(), first);
  return createHmac('sha256', key).update(toSign).digest('hex');
}

/** Percent-encoded, then sorted. */
export function canonicalQuery(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .map(([key, value]) => `${percentEncoded(key)}=${percentEncoded(value)}`)
    .toSorted()
    .join('&');
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** encodeURIComponent leaves five more characters alone than Python's quote. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
