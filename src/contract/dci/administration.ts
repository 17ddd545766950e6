import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, route, type RouteContract } from '../route.ts';
import { ListQuery } from './list-query.ts';
import { ComponentRow, FeederRow, FileRow, JobRow, Meta, ProductRow, RemoteciRow, TeamRow, TopicRow, UserRow } from './rows.ts';

/** Four actions are noted, also when they are refused. */
export const listAudits = route({
  method: 'GET',
  path: '/api/v1/audits',
  query: ListQuery,
  response: z.object({ audits: z.array(z.object({ id: z.string(), created_at: z.string(), user_id: z.string(), action: z.string() })), _meta: Meta }),
  allow: ['super_admin'],
});

const Named = z.object({ id: z.string(), name: z.string() });

/** The last job of each lab on each topic. */
export const getStats = route({
  method: 'GET',
  path: '/api/v1/stats',
  response: z.object({
    stats: z.array(
      z.object({
        product: Named,
        topic: Named,
        percentageOfSuccess: z.number(),
        nbOfSuccessfulJobs: z.number(),
        nbOfJobs: z.number(),
        jobs: z.array(z.object({ id: z.string(), team_name: z.string(), remoteci_name: z.string().nullable(), status: z.string(), created_at: z.string() })),
      }),
    ),
  }),
  allow: EVERY_ACCOUNT,
});

/** What can be purged: deleted rows, which only these routes still see. */
export const PURGEABLE = {
  users: UserRow,
  products: ProductRow,
  teams: TeamRow,
  remotecis: RemoteciRow,
  feeders: FeederRow,
  topics: TopicRow,
  components: ComponentRow,
  jobs: JobRow,
  files: FileRow,
} as const;

export type Purgeable = keyof typeof PURGEABLE;

export interface PurgeContracts {
  readonly list: RouteContract<unknown, unknown, unknown, unknown>;
  readonly purge: RouteContract<unknown, unknown, unknown, unknown>;
}

export function purgeContracts(name: Purgeable): PurgeContracts {
  const path = `/api/v1/${name}/purge`;
  return {
    list: route({
      method: 'GET',
      path,
      response: z.object({ [name]: z.array(PURGEABLE[name]), _meta: Meta }),
      allow: ['super_admin'],
    }),
    purge: route({ method: 'POST', path, response: NOTHING, status: 204, allow: ['super_admin'] }),
  };
}
