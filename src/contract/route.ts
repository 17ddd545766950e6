import * as z from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: DCI's roles, our agents, or anybody. */
export type Role = 'anyone' | 'super_admin' | 'read_only' | 'epm' | 'team_member' | 'remoteci' | 'feeder' | 'agent';

/** One route as data: the server, the typed client and OpenAPI are printed from it. */
export interface RouteContract<Params, Query, Body, Response> {
  readonly method: Method;
  /** Hono's syntax: `/api/v1/jobs/:jobId`. */
  readonly path: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly response: z.ZodType<Response>;
  /** Default 200. */
  readonly status?: number;
  /** Key of the answer whose `etag` is also sent as a header. */
  readonly etagOf?: string;
  /** A request without If-match is refused (412). */
  readonly needsIfMatch?: boolean;
  readonly allow: readonly Role[];
}

/** Everybody who has an account; what they may see or do is then decided by team. */
export const EVERY_ACCOUNT: readonly Role[] = ['super_admin', 'read_only', 'epm', 'team_member', 'remoteci', 'feeder'];

/** An answer without a body. */
export const NOTHING = z.undefined();

/** DCI takes every form of a UUID that Python's parser takes; anything else is a path that does not exist. */
export const PathId = z.string().transform((text, context) => {
  const hex = text.replace(/^urn:uuid:|[{}-]/g, '').toLowerCase();
  if (/^[0-9a-f]{32}$/.test(hex)) return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  context.addIssue({ code: 'custom', message: 'not a UUID' });
  return z.NEVER;
});

export function route<Params = unknown, Query = unknown, Body = unknown, Response = unknown>(
  contract: RouteContract<Params, Query, Body, Response>,
): RouteContract<Params, Query, Body, Response> {
  return contract;
}
