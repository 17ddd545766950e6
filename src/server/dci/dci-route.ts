import type { RouteContract } from '../../contract/route.ts';
import { handle, type Call, type ServerRoute } from '../handle.ts';
import type { ServerDeps } from '../server-deps.ts';

/** A route whose answer is made of database rows: their shape is checked, and cut, by the contract when it is sent. */
export function dciRoute<Params, Query, Body, Answer>(
  contract: RouteContract<Params, Query, Body, Answer>,
  work: (deps: ServerDeps, call: Call<Params, Query, Body>) => Promise<unknown>,
): ServerRoute {
  return handle(contract, work as (deps: ServerDeps, call: Call<Params, Query, Body>) => Promise<Answer>);
}
