import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, id, newObject, state, text, textOrNull } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { Meta, ProductRow, TeamRow, TopicRow } from './rows.ts';

const params = z.object({ productId: PathId });
const path = '/api/v1/products';
const ProductWithTopics = ProductRow.extend({ topics: z.array(TopicRow) });

/** The label is the upper-case name unless given. */
export const createProduct = route({
  method: 'POST',
  path,
  body: newObject({ name: text(), label: textOrNull(), description: textOrNull(), state: state().default('active') }),
  response: z.object({ product: ProductRow }),
  status: 201,
  etagOf: 'product',
  allow: ['super_admin'],
});

export const listProducts = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ products: z.array(ProductWithTopics), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getProduct = route({
  method: 'GET',
  path: `${path}/:productId`,
  params,
  response: z.object({ product: ProductWithTopics }),
  etagOf: 'product',
  allow: EVERY_ACCOUNT,
});

export const updateProduct = route({
  method: 'PUT',
  path: `${path}/:productId`,
  params,
  body: changes({ name: text(), label: text(), description: text(), state: state() }),
  response: z.object({ product: ProductRow }),
  etagOf: 'product',
  needsIfMatch: true,
  allow: ['super_admin'],
});

export const deleteProduct = route({
  method: 'DELETE',
  path: `${path}/:productId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: ['super_admin'],
});

export const addProductTeam = route({
  method: 'POST',
  path: `${path}/:productId/teams`,
  params,
  body: newObject({ team_id: id() }),
  response: z.object({ product_id: z.string(), team_id: z.string() }),
  status: 201,
  allow: ['super_admin', 'epm'],
});

export const removeProductTeam = route({
  method: 'DELETE',
  path: `${path}/:productId/teams/:teamId`,
  params: z.object({ productId: PathId, teamId: PathId }),
  response: NOTHING,
  status: 204,
  allow: ['super_admin', 'epm'],
});

export const listProductTeams = route({
  method: 'GET',
  path: `${path}/:productId/teams`,
  params,
  response: z.object({ teams: z.array(TeamRow), _meta: Meta }),
  allow: ['super_admin', 'epm'],
});
