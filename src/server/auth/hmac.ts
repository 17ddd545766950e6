import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as it came: header names in lower case, values raw; `path` as on the request line, without the query. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What the Authorization header claims; nothing of it is proven yet. */
export interface HmacClaim {
  readonly algorithm: string;
  readonly type: string;
  readonly id: string;
  /** YYYYMMDD/region/service/request_type */
  readonly scope: readonly [date: string, region: string, service: string, requestType: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** X-Amz-Date or X-DCI-Date as sent, YYYYMMDDTHHMMSSZ. */
  readonly date: string;
}

export type HmacVerdict = 'valid' | 'expired' | 'invalid';

const maxSkewMs = 15 * 60_000;
const authorization =
  /^(DCI2|AWS4)-HMAC-SHA256 Credential=([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+)\/((?:dci2|aws4)_request), ?SignedHeaders=([^,\s]+), ?Signature=(\S+)$/;

/**
 * Reads DCI's signature headers (reference/dci-control-server.md §3.2).
 *
 * @returns undefined when they are bad or incomplete.
 */
export function parseHmac(headers: SignedRequest['headers']): HmacClaim | undefined {
  const match = authorization.exec(headers['authorization'] ?? '');
  const date = headers['x-amz-date'] ?? headers['x-dci-date'];
  if (!match || date === undefined || Number.isNaN(dateMs(date))) return undefined;
  const [, algorithm = '', type = '', id = '', day = '', region = '', service = '', requestType = '', signedHeaders = '', signature = ''] = match;
  return {
    algorithm: `${algorithm}-HMAC-SHA256`,
    type,
    id,
    scope: [day, region, service, requestType],
    signedHeaders: signedHeaders.split(';'),
    signature,
    date,
  };
}

/** Checks the claim with its owner's secret. Both readings of empty and repeated query keys pass: client and server of DCI differ there. */
export function verifyHmac(request: SignedRequest, claim: HmacClaim, secret: string, nowMs: number): HmacVerdict {
  const sent = Buffer.from(claim.signature);
  const matches = canonicalQueries(request.query).some((query) => {
    const expected = Buffer.from(signatureOf(request, claim, secret, query));
    return expected.length === sent.length && timingSafeEqual(expected, sent);
  });
  if (!matches) return 'invalid';
  return Math.abs(nowMs - dateMs(claim.date)) > maxSkewMs ? 'expired' : 'valid';
}

function signatureOf(request: SignedRequest, claim: HmacClaim, secret: string, query: string): string {
  const headers = claim.signedHeaders.map((name) => `${name}:${request.headers[name.toLowerCase()] ?? ''}\n`).join('');
  const canonical = [request.method.toUpperCase(), decoded(request.path), query, headers, claim.signedHeaders.join(';'), sha256(request.body)].join('\n');
  const toSign = [claim.algorithm, claim.date, claim.scope.join('/'), sha256(canonical)].join('\n');
  const first: string | Buffer = claim.algorithm.replace('-HMAC-SHA256', '') + secret;
  const key = claim.scope.reduce<string | Buffer>((parent, part) => createHmac('sha256', parent).update(part).digest(), first);
  return createHmac('sha256', key).update(toSign).digest('hex');
}

/** The client drops blank values and keeps a key's last value; the server takes every key and its first value. */
function canonicalQueries(query: string): readonly string[] {
  const pairs = [...new URLSearchParams(query)];
  const client = [...new Map(pairs.filter(([, value]) => value !== ''))];
  const server = [...new Map(pairs.toReversed())];
  return [...new Set([canonicalQuery(client), canonicalQuery(server)])];
}

function canonicalQuery(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .map(([key, value]) => `${percentEncoded(key)}=${percentEncoded(value)}`)
    .toSorted()
    .join('&');
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

function dateMs(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
