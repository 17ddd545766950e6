import type { ZodType } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: DCI's roles, our agents, or anybody. */
export type Role = 'anyone' | 'super_admin' | 'read_only' | 'epm' | 'team_member' | 'remoteci' | 'feeder' | 'agent';

/** One route as data: the server, the typed client and OpenAPI are printed from it. */
export interface RouteContract<Params, Query, Body, Response> {
  readonly method: Method;
  /** Hono's syntax: `/api/v1/jobs/:jobId`. */
  readonly path: string;
  readonly params?: ZodType<Params>;
  readonly query?: ZodType<Query>;
  readonly body?: ZodType<Body>;
  readonly response: ZodType<Response>;
  /** Default 200. */
  readonly status?: number;
  readonly allow: readonly Role[];
}

export function route<Params = unknown, Query = unknown, Body = unknown, Response = unknown>(
  contract: RouteContract<Params, Query, Body, Response>,
): RouteContract<Params, Query, Body, Response> {
  return contract;
}
