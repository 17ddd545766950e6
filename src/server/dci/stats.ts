import { sql } from 'kysely';
import * as contract from '../../contract/dci/administration.ts';
import type { ServerRoute } from '../handle.ts';
import { ofCallersTeams } from './access.ts';
import { dciRoute } from './dci-route.ts';

export const statsRoutes: readonly ServerRoute[] = [
  dciRoute(contract.getStats, async ({ kysely: db }, { principal }) => {
    const scope = sql.join(
      [sql`teams.external`, sql`teams.state = 'active'`, sql`jobs.status in ('success', 'failure')`, ...ofCallersTeams(principal, 'jobs.team_id')],
      sql` and `,
    );
    const { rows } = await sql<LastJob>`
      select distinct on (topics.name, topics.id, jobs.remoteci_id) jobs.id, jobs.status, jobs.created_at, teams.name as team_name, remotecis.name as remoteci_name,
        topics.id as topic_id, topics.name as topic_name, products.id as product_id, products.name as product_name
      from jobs join teams on teams.id = jobs.team_id join remotecis on remotecis.id = jobs.remoteci_id
        join topics on topics.id = jobs.topic_id join products on products.id = topics.product_id
      where ${scope} order by topics.name, topics.id, jobs.remoteci_id, jobs.created_at desc`.execute(db);
    return { stats: [...Map.groupBy(rows, (row) => row.topic_id).values()].map(statOf) };
  }),
];

interface LastJob {
  readonly id: string;
  readonly status: string;
  readonly created_at: string;
  readonly team_name: string;
  readonly remoteci_name: string | null;
  readonly topic_id: string;
  readonly topic_name: string;
  readonly product_id: string;
  readonly product_name: string;
}

function statOf(jobs: readonly LastJob[]): object {
  const [first] = jobs;
  const successful = jobs.filter(({ status }) => status === 'success').length;
  return {
    product: { id: first!.product_id, name: first!.product_name },
    topic: { id: first!.topic_id, name: first!.topic_name },
    percentageOfSuccess: Math.round((successful / jobs.length) * 100),
    nbOfSuccessfulJobs: successful,
    nbOfJobs: jobs.length,
    jobs: jobs.map(({ id, team_name, remoteci_name, status, created_at }) => ({ id, team_name, remoteci_name, status, created_at })),
  };
}
