import * as contract from '../../../contract/dci/jobs.ts';
import type { ServerRoute } from '../../handle.ts';
import { HttpError } from '../../http-error.ts';
import { mustBeMember } from '../access.ts';
import { dciRoute } from '../dci-route.ts';
import { selectRow } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { chooseComponents } from './choose-components.ts';
import { insertJob, jobOwner, jobTopic, senderOf, withoutBlanks } from './new-job.ts';

const { jobs, topics } = TABLES;

/** Each in one transaction: a component that is refused leaves no job behind. */
export const createJobRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createJob, ({ kysely }, { body, principal, request }) =>
    kysely.transaction().execute(async (db) => {
      const owner = await jobOwner(db, principal);
      const topic = await jobTopic(db, principal, body.topic_id);
      const { components, ...given } = body;
      const values = { ...given, ...owner, ...senderOf(request), product_id: topic['product_id'], tags: withoutBlanks(body.tags) };
      return { job: await insertJob(db, principal, values, components) };
    }),
  ),

  dciRoute(contract.scheduleJob, ({ kysely }, { body, principal, request }) =>
    kysely.transaction().execute(async (db) => {
      const owner = await jobOwner(db, principal);
      const topic = await jobTopic(db, principal, body.topic_id);
      const { components_ids, ...given } = body;
      const components = await chooseComponents(db, principal, topic, components_ids);
      // Texts that were not sent are null in the answer and empty in the database, as in the original.
      const texts = Object.entries(given).filter(([, value]) => value !== null);
      const values = { ...Object.fromEntries(texts), ...owner, ...senderOf(request), product_id: topic['product_id'], tags: withoutBlanks(body.tags) };
      const job = await insertJob(db, principal, values, components);
      const { comment, name, configuration, url } = body;
      return { job: { ...job, comment, name, configuration, url } };
    }),
  ),

  dciRoute(contract.upgradeJob, ({ kysely }, { body, principal, request }) =>
    kysely.transaction().execute(async (db) => {
      const { id, topic_id, remoteci_id, team_id } = await selectRow(db, jobs, body.job_id);
      mustBeMember(principal, team_id);
      const topic = await selectRow(db, topics, String(topic_id));
      const next = topic['next_topic_id'];
      if (typeof next !== 'string') throw new HttpError(400, `topic ${topic.id} does not contains a next topic`);
      const nextTopic = await selectRow(db, topics, next);
      const components = await chooseComponents(db, principal, nextTopic, []);
      const values = { topic_id: nextTopic.id, product_id: nextTopic['product_id'], remoteci_id, team_id, previous_job_id: id, ...senderOf(request) };
      return { job: await insertJob(db, principal, values, components) };
    }),
  ),

  dciRoute(contract.updateJobComponents, ({ kysely }, { params, principal, request }) =>
    kysely.transaction().execute(async (db) => {
      const { id, topic_id, remoteci_id, team_id, product_id } = await selectRow(db, jobs, params.jobId);
      mustBeMember(principal, team_id);
      const topic = await selectRow(db, topics, String(topic_id));
      const components = await chooseComponents(db, principal, topic, []);
      const values = { topic_id, product_id, remoteci_id, team_id, previous_job_id: id, update_previous_job_id: id, ...senderOf(request) };
      return { job: await insertJob(db, principal, values, components) };
    }),
  ),
];
