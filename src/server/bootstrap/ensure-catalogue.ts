import { inTransaction } from '../../db/transaction.ts';
import type { ServerDeps } from '../server-deps.ts';

export interface CatalogueTopic {
  readonly name: string;
  /** Default `OpenShift`. */
  readonly product?: string;
  readonly componentTypes: readonly string[];
  /** Teams whose labs may use it, by id. */
  readonly teamIds: readonly string[];
}

/** A topic that these teams can use, with its product; what is there already stays as it is. @returns its id. */
export async function ensureTopic(deps: Pick<ServerDeps, 'pool'>, topic: CatalogueTopic): Promise<string> {
  const product = topic.product ?? 'OpenShift';
  return inTransaction(deps.pool, async (sql) => {
    await sql.query('insert into products (name, label) values ($1, $2) on conflict (label) do nothing', [product, product.toUpperCase()]);
    const { rows: products } = await sql.query<{ id: string }>('select id from products where label = $1', [product.toUpperCase()]);
    const productId = products[0]!.id;
    await sql.query(`insert into topics (name, product_id, component_types, export_control) values ($1, $2, $3, true) on conflict (name) do nothing`, [
      topic.name,
      productId,
      JSON.stringify(topic.componentTypes),
    ]);
    const { rows: topics } = await sql.query<{ id: string; product_id: string }>('select id, product_id from topics where name = $1', [topic.name]);
    for (const teamId of topic.teamIds) {
      await sql.query('insert into products_teams (product_id, team_id) values ($1, $2) on conflict do nothing', [topics[0]!.product_id, teamId]);
    }
    return topics[0]!.id;
  });
}

export interface CatalogueComponent {
  readonly topicId: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly tags?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A component that every team sees; the active one of the same name, type and version is left as it is. @returns its id. */
export async function ensureComponent(deps: Pick<ServerDeps, 'pool'>, component: CatalogueComponent): Promise<string> {
  const { topicId, type, name, version, tags = [], data = {} } = component;
  await deps.pool.query(
    `insert into components (topic_id, type, name, display_name, version, tags, data) values ($1, $2, $3, $7, $4, $5, $6)
     on conflict (display_name, topic_id, type, version) where team_id is null and state = 'active' do nothing`,
    [topicId, type, name, version, tags, data, name],
  );
  const { rows } = await deps.pool.query<{ id: string }>(
    `select id from components where topic_id = $1 and type = $2 and display_name = $3 and version = $4 and team_id is null and state = 'active'`,
    [topicId, type, name, version],
  );
  return rows[0]!.id;
}
