import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/products.ts';
import { seesAllTeams, type Known } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import { embeddedTopic, teamIds } from './access.ts';
import { audit } from './audits.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked, embedMany } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow, type Row } from './rows.ts';
import { TABLES } from './tables.ts';
import { linked } from './teams.ts';
import type { Condition } from './where.ts';

const { products, teams, topics } = TABLES;

export const productRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createProduct, async ({ kysely: db }, { body, principal }) => {
    await audit(db, principal, 'create_product');
    return { product: await insertRow(db, products, { ...body, label: body.label ?? body.name.toUpperCase() }) };
  }),

  dciRoute(contract.listProducts, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, products, query, visible(principal));
    return { products: await full(db, rows, principal), _meta };
  }),

  dciRoute(contract.getProduct, async ({ kysely: db }, { params, principal }) => {
    const product = await selectRow(db, products, params.productId);
    await mustBeLinked(db, product, principal);
    return { product: (await full(db, [product], principal))[0] };
  }),

  dciRoute(contract.updateProduct, async ({ kysely: db }, { params, body, ifMatch }) => {
    const { id } = await selectRow(db, products, params.productId);
    const product = await updateRow(db, products, { id, etag: ifMatch }, { ...body, label: body.label?.toUpperCase() });
    if (!product) throw notFound(products);
    return { product };
  }),

  dciRoute(contract.deleteProduct, async ({ kysely: db }, { params, ifMatch }) => {
    const { id } = await selectRow(db, products, params.productId);
    if (!(await archiveRow(db, products, { id, etag: ifMatch }))) throw new HttpError(409, 'delete failed, check etag');
  }),

  dciRoute(contract.addProductTeam, async ({ kysely: db }, { params, body }) => {
    const product = await selectRow(db, products, params.productId);
    const team = await selectRow(db, teams, body.team_id);
    await sql`insert into products_teams (product_id, team_id) values (${product.id}, ${team.id}) on conflict do nothing`.execute(db);
    return { product_id: product.id, team_id: team.id };
  }),

  dciRoute(contract.removeProductTeam, async ({ kysely: db }, { params }) => {
    const product = await selectRow(db, products, params.productId);
    const team = await selectRow(db, teams, params.teamId);
    const { numAffectedRows } = await sql`delete from products_teams where product_id = ${product.id} and team_id = ${team.id}`.execute(db);
    if (numAffectedRows === 0n) throw new HttpError(404, 'team not linked to the product');
  }),

  dciRoute(contract.listProductTeams, async ({ kysely: db }, { params }) => {
    const product = await selectRow(db, products, params.productId);
    return linked(await embedLinked(db, [product], 'teams', { table: teams, through: 'products_teams', from: 'product_id', to: 'team_id' }), 'teams');
  }),
];

async function full(db: Kysely<unknown>, rows: readonly Row[], caller: Known): Promise<readonly Row[]> {
  const withTopics = await embedMany(db, rows, 'topics', topics, 'product_id');
  return withTopics.map((row) => ({ ...row, topics: (row['topics'] as readonly Row[]).map((topic) => embeddedTopic(caller, topic)) }));
}

function visible(caller: Known): readonly Condition[] {
  return seesAllTeams(caller) ? [] : [sql`products.id in (select product_id from products_teams where team_id = any (${teamIds(caller)}::uuid[]))`];
}

async function mustBeLinked(db: Kysely<unknown>, product: Row, caller: Known): Promise<void> {
  for (const condition of visible(caller)) {
    const { rows } = await sql`select from products where id = ${product.id} and ${condition}`.execute(db);
    if (rows.length === 0) throw notFound(products);
  }
}
