import { timingSafeEqual } from 'node:crypto';
import { canonicalQuery, hmacSignature, type HmacScope, type SignedRequest } from '../../contract/hmac-signature.ts';

/** What the Authorization header claims; nothing of it is proven yet. */
export interface HmacClaim extends HmacScope {
  readonly type: string;
  readonly id: string;
  readonly signature: string;
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
    const expected = Buffer.from(hmacSignature(request, claim, secret, query));
    return expected.length === sent.length && timingSafeEqual(expected, sent);
  });
  if (!matches) return 'invalid';
  return Math.abs(nowMs - dateMs(claim.date)) > maxSkewMs ? 'expired' : 'valid';
}

/** The client drops blank values and keeps a key's last value; the server takes every key and its first value. */
function canonicalQueries(query: string): readonly string[] {
  const pairs = [...new URLSearchParams(query)];
  const client = [...new Map(pairs.filter(([, value]) => value !== ''))];
  const server = [...new Map(pairs.toReversed())];
  return [...new Set([canonicalQuery(client), canonicalQuery(server)])];
}

function dateMs(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
