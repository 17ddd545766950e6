import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { sha256 } from '../../contract/hmac-signature.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { Known } from '../auth/principal.ts';
import { signedRequest } from '../handle.ts';
import { isHttpError } from '../http-error.ts';
import type { ServerDeps } from '../server-deps.ts';

/** Who looks at a page: an account sees its teams' runs, the holder of the token all of them (`caller` undefined). */
export type PageAccess = { readonly kind: 'granted'; readonly caller: Known | undefined } | { readonly kind: 'answered'; readonly response: Response };

/**
 * Lets in who has the token of this server's data directory, or an account.
 *
 * `up` and `server` print a link with the token: other users of the machine can connect to the port, too, so being on
 * loopback proves nothing. The token then moves into a cookie, out of the address bar. Pages only read.
 */
export async function pageAccess(deps: ServerDeps, context: Context): Promise<PageAccess> {
  const url = new URL(context.req.url);
  const token = url.searchParams.get('token');
  // Cookies know no ports: two servers on one machine must not log each other out.
  const cookie = `labwright-${url.port || 'page'}`;
  if (token !== null && isEqual(token, deps.pageToken)) {
    setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Lax', path: '/' });
    return { kind: 'answered', response: context.redirect(url.pathname) };
  }
  if (isEqual(getCookie(context, cookie) ?? '', deps.pageToken)) return { kind: 'granted', caller: undefined };
  try {
    const principal = await authenticate(deps, signedRequest(context, sha256('')));
    if (principal.kind !== 'anonymous') return { kind: 'granted', caller: principal };
  } catch (error) {
    if (!isHttpError(error)) throw error;
  }
  const text = 'Open the link that "labwright up" or "labwright server" printed, or log in with an account of this server.\n';
  const headers = { 'www-authenticate': 'Basic realm="labwright", charset="UTF-8"', 'content-type': 'text/plain; charset=utf-8' };
  return { kind: 'answered', response: new Response(text, { status: 401, headers }) };
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
