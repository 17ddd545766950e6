import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, data, flag, id, idOrNull, list, newObject, state, text } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { ComponentRow, Meta, ProductRow, TopicRow, UserRow } from './rows.ts';

const params = z.object({ topicId: PathId });
const path = '/api/v1/topics';
const FullTopic = TopicRow.extend({
  product: ProductRow.nullable(),
  next_topic: TopicRow.extend({ product: ProductRow.nullable(), next_topic: TopicRow.nullable() }).nullable(),
});

export const createTopic = route({
  method: 'POST',
  path,
  body: newObject({
    name: text(),
    product_id: id(),
    component_types: list().default([]),
    component_types_optional: list().default([]),
    data: data().default({}),
    next_topic_id: idOrNull(),
    export_control: flag().default(false),
    state: state().default('active'),
  }),
  response: z.object({ topic: TopicRow }),
  status: 201,
  etagOf: 'topic',
  allow: ['super_admin', 'epm', 'feeder'],
});

export const listTopics = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ topics: z.array(FullTopic), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getTopic = route({
  method: 'GET',
  path: `${path}/:topicId`,
  params,
  response: z.object({ topic: FullTopic }),
  etagOf: 'topic',
  allow: EVERY_ACCOUNT,
});

export const updateTopic = route({
  method: 'PUT',
  path: `${path}/:topicId`,
  params,
  body: changes({
    name: text(),
    product_id: id(),
    component_types: list(),
    component_types_optional: list(),
    data: data(),
    next_topic_id: id().nullable(),
    export_control: flag(),
    state: state(),
  }),
  response: z.object({ topic: TopicRow }),
  etagOf: 'topic',
  needsIfMatch: true,
  allow: ['super_admin', 'epm', 'feeder'],
});

export const deleteTopic = route({
  method: 'DELETE',
  path: `${path}/:topicId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: ['super_admin', 'epm'],
});

export const listTopicComponents = route({
  method: 'GET',
  path: `${path}/:topicId/components`,
  params,
  query: ListQuery,
  response: z.object({ components: z.array(ComponentRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

/** The caller is told of new components of this topic. */
export const subscribeToTopic = route({
  method: 'POST',
  path: `${path}/:topicId/notifications`,
  params,
  response: z.object({ user_id: z.string(), topic_id: z.string() }),
  status: 201,
  allow: EVERY_ACCOUNT,
});

export const unsubscribeFromTopic = route({
  method: 'DELETE',
  path: `${path}/:topicId/notifications`,
  params,
  response: NOTHING,
  status: 204,
  allow: EVERY_ACCOUNT,
});

export const listTopicSubscribers = route({
  method: 'GET',
  path: `${path}/:topicId/notifications/users`,
  params,
  response: z.object({ users: z.array(UserRow), _meta: Meta }),
  allow: ['super_admin', 'epm'],
});

export const listSubscribedTopics = route({
  method: 'GET',
  path: `${path}/notifications`,
  response: z.object({ topics: z.array(TopicRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});
