import type { Context } from 'hono';
import { malformed } from '../contract/dci/malformed.ts';
import type { RouteContract } from '../contract/route.ts';
import { sha256 } from '../contract/hmac-signature.ts';
import { authenticate } from './auth/authenticate.ts';
import { rolesOf, type Known, type Principal } from './auth/principal.ts';
import { HttpError } from './http-error.ts';
import { readBody } from './read-body.ts';
import { sortedJson } from './sorted-json.ts';
import type { ServerDeps } from './server-deps.ts';

/** What a handler gets: the contract's shapes, already checked. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Empty when the contract does not need one. */
  readonly ifMatch: string;
  readonly principal: Known;
  readonly request: Request;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

export interface ServerRoute {
  readonly method: string;
  readonly path: string;
  readonly respond: (deps: ServerDeps, context: Context) => Promise<Response>;
}

/**
 * A route from its contract: who calls, may they, are the shapes right; then `work`; then its answer, cut to the
 * contract's shape, so that what the contract does not name cannot leak.
 */
export function handle<Params, Query, Body, Answer>(
  contract: RouteContract<Params, Query, Body, Answer>,
  work: (deps: ServerDeps, call: Call<Params, Query, Body>) => Promise<Answer>,
): ServerRoute {
  return {
    method: contract.method,
    path: contract.path,
    async respond(deps, context) {
      const bytes = await readBody(context);
      const principal = await authenticate(deps, signedRequest(context, sha256(bytes)));
      if (principal.kind === 'anonymous') throw new HttpError(401, 'Authorization header missing');
      const params = parsed(contract.params, context.req.param(), 404);
      const query = parsed(contract.query, context.req.query(), 400);
      const body = parsed(contract.body, contract.body === undefined ? undefined : jsonOf(context, bytes), 400);
      mustBeAllowed(contract.allow, principal);
      const ifMatch = context.req.header('if-match') ?? '';
      if (contract.needsIfMatch === true && ifMatch === '') throw new HttpError(412, "'If-match' header must be provided");
      const signal = AbortSignal.any([context.req.raw.signal, deps.closing]);
      const answer = await work(deps, { params, query, body, ifMatch, principal, request: context.req.raw, signal });
      return responseOf(contract, contract.response.parse(answer));
    },
  };
}

/** The request as its signature covers it. */
export function signedRequest(context: Context, bodySha256: string): Parameters<typeof authenticate>[1] {
  const url = new URL(context.req.url);
  return { method: context.req.method, path: url.pathname, query: url.search.slice(1), headers: context.req.header(), bodySha256 };
}

/** @throws HttpError 401 when none of the principal's roles is allowed. */
export function mustBeAllowed(allow: RouteContract<unknown, unknown, unknown, unknown>['allow'], principal: Principal): asserts principal is Known {
  if (principal.kind === 'anonymous') throw new HttpError(401, 'Authorization header missing');
  const roles = rolesOf(principal);
  if (!allow.some((role) => roles.has(role))) throw new HttpError(401, 'Operation not authorized.');
}

function responseOf(contract: RouteContract<unknown, unknown, unknown, unknown>, answer: unknown): Response {
  const status = contract.status ?? 200;
  // DCI says JSON even where it sends nothing; 204 may not have a body at all.
  if (answer === undefined) return new Response(status === 204 ? null : '', { status, headers: { 'content-type': 'application/json' } });
  const headers: Readonly<Record<string, string>> =
    contract.etagOf === undefined ? {} : { etag: String((answer as Readonly<Record<string, { readonly etag: unknown }>>)[contract.etagOf]?.etag) };
  return sortedJson(answer, { status, headers });
}

/** A body that is not declared as JSON counts as none. */
function jsonOf(context: Context, bytes: Uint8Array): unknown {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(context.req.header('content-type') ?? '')) return null;
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    throw new HttpError(400, 'Request malformed', { error: 'the body is not JSON' }, { cause: error });
  }
}

function parsed<T>(schema: RouteContract<T, unknown, unknown, unknown>['params'], value: unknown, status: 400 | 404): T {
  if (schema === undefined) return undefined as T;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (status === 404) throw new HttpError(404, 'not found');
  const errors = malformed(result.error, value);
  throw new HttpError(400, 'Request malformed', { errors, error: errors[0] });
}
