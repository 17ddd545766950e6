import { canonicalQuery, hmacSignature, sha256 } from '../contract/hmac-signature.ts';

/** Who a client is: a remoteci or feeder by its secret, or a user by password. */
export type Credentials =
  | { readonly kind: 'remoteci' | 'feeder'; readonly id: string; readonly secret: string }
  | { readonly kind: 'user'; readonly name: string; readonly password: string };

const algorithm = 'DCI2-HMAC-SHA256';

/** The headers that prove who sends a request, as DCI's clients make them (reference/dci-control-server.md §3). */
export function authorizationHeaders(
  credentials: Credentials,
  request: { readonly method: string; readonly url: URL; readonly body: string; readonly nowMs: number },
): Record<string, string> {
  if (credentials.kind === 'user') {
    return { authorization: `Basic ${Buffer.from(`${credentials.name}:${credentials.password}`).toString('base64')}` };
  }
  const { method, url, body, nowMs } = request;
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [date.slice(0, 8), 'BHS3', 'api', 'dci2_request'] as const;
  const signedHeaders = ['host', 'x-dci-date'];
  const headers = { host: url.host, 'x-dci-date': date };
  const query = canonicalQuery([...new Map([...url.searchParams].filter(([, value]) => value !== ''))]);
  const signature = hmacSignature(
    { method, path: url.pathname, query: url.search.slice(1), headers, bodySha256: sha256(body) },
    { algorithm, scope, signedHeaders, date },
    credentials.secret,
    query,
  );
  const credential = [credentials.kind, credentials.id, ...scope].join('/');
  return { 'x-dci-date': date, authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}` };
}
