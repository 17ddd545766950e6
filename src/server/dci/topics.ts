import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/topics.ts';
import { seesAllTeams, type Known } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { embeddedTopic, mustSeeTopic, topicsOfCallersProducts } from './access.ts';
import { componentsVisibleTo } from './components.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked, embedOne } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow, type Row } from './rows.ts';
import { TABLES } from './tables.ts';
import { linked } from './teams.ts';
import { defined } from './users.ts';
import type { Condition } from './where.ts';

const { topics, products, components, users } = TABLES;

export const topicRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createTopic, async ({ kysely: db }, { body }) => ({
    topic: await insertRow(db, topics, { ...body, component_types: body.component_types.map(lowerCase) }),
  })),

  dciRoute(contract.listTopics, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, topics, query, visible(principal));
    return { topics: await full(db, rows, principal), _meta };
  }),

  dciRoute(contract.listSubscribedTopics, async ({ kysely: db }, { principal }) => {
    const link = { table: topics, through: 'users_topics', from: 'user_id', to: 'topic_id' };
    return linked(await embedLinked(db, [{ id: principal.id }], 'topics', link), 'topics');
  }),

  dciRoute(contract.getTopic, async ({ kysely: db }, { params, principal }) => {
    const topic = await selectRow(db, topics, params.topicId);
    await mustSeeTopic(db, principal, topic);
    return { topic: (await full(db, [topic], principal))[0] };
  }),

  dciRoute(contract.updateTopic, async ({ kysely: db }, { params, body, ifMatch }) => {
    const { id } = await selectRow(db, topics, params.topicId);
    const topic = await updateRow(db, topics, { id, etag: ifMatch }, defined({ ...body, component_types: body.component_types?.map(lowerCase) }));
    if (!topic) throw notFound(topics);
    return { topic };
  }),

  dciRoute(contract.deleteTopic, ({ kysely }, { params, ifMatch }) =>
    kysely.transaction().execute(async (db) => {
      const { id } = await selectRow(db, topics, params.topicId);
      if (!(await archiveRow(db, topics, { id, etag: ifMatch }))) throw notFound(topics);
      await sql`update components set state = 'archived' where topic_id = ${id}`.execute(db);
    }),
  ),

  dciRoute(contract.listTopicComponents, async ({ kysely: db }, { params, query, principal }) => {
    const topic = await selectRow(db, topics, params.topicId);
    await mustSeeTopic(db, principal, topic);
    const { rows, _meta } = await listRows(db, components, query, [sql`components.topic_id = ${topic.id}`, ...componentsVisibleTo(principal)]);
    return { components: rows, _meta };
  }),

  dciRoute(contract.subscribeToTopic, async ({ kysely: db }, { params, principal }) => {
    const topic = await selectRow(db, topics, params.topicId);
    await mustSeeTopic(db, principal, topic);
    return insertLink(db, principal.id, topic.id);
  }),

  dciRoute(contract.unsubscribeFromTopic, async ({ kysely: db }, { params, principal }) => {
    const topic = await selectRow(db, topics, params.topicId);
    await sql`delete from users_topics where user_id = ${principal.id} and topic_id = ${topic.id}`.execute(db);
  }),

  dciRoute(contract.listTopicSubscribers, async ({ kysely: db }, { params }) => {
    const topic = await selectRow(db, topics, params.topicId);
    return linked(await embedLinked(db, [topic], 'users', { table: users, through: 'users_topics', from: 'topic_id', to: 'user_id' }), 'users');
  }),
];

async function insertLink(db: Kysely<unknown>, userId: string, topicId: string): Promise<{ readonly user_id: string; readonly topic_id: string }> {
  await insertRow(
    db,
    { name: 'users_topics', one: 'subscription', columns: { user_id: 'id', topic_id: 'id' }, order: 'user_id' },
    { user_id: userId, topic_id: topicId },
  );
  return { user_id: userId, topic_id: topicId };
}

/** A feeder may read any topic by id, but lists only its team's. */
function visible(caller: Known): readonly Condition[] {
  return seesAllTeams(caller) ? [sql`topics.product_id is not null`] : [sql`topics.id in (${topicsOfCallersProducts(caller)})`];
}

/** The next topic has its own product and next topic with it, but no further. */
async function full(db: Kysely<unknown>, rows: readonly Row[], caller: Known): Promise<readonly Row[]> {
  const withProduct = await embedOne(db, rows, 'product', products, 'product_id');
  const withNext = await embedOne(db, withProduct, 'next_topic', topics, 'next_topic_id');
  const next = withNext.flatMap((row) => (row['next_topic'] === null ? [] : [embeddedTopic(caller, row['next_topic'] as Row)]));
  const fullNext = await embedOne(db, await embedOne(db, next, 'product', products, 'product_id'), 'next_topic', topics, 'next_topic_id');
  return withNext.map((row) => ({ ...row, next_topic: fullNext.find(({ id }) => id === row['next_topic_id']) ?? null }));
}

function lowerCase(type: unknown): unknown {
  return typeof type === 'string' ? type.toLowerCase() : type;
}
