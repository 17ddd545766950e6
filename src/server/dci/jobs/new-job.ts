import { sql, type Kysely } from 'kysely';
import type { Known } from '../../auth/principal.ts';
import { HttpError } from '../../http-error.ts';
import { mustSeeComponent, mustSeeTopic } from '../access.ts';
import { insertRow, selectRow, type Row } from '../rows.ts';
import { TABLES } from '../tables.ts';

const { jobs, topics, components, remotecis } = TABLES;

/** @throws HttpError 400 for anybody but a remoteci, 412 for one that is disabled. */
export async function jobOwner(db: Kysely<unknown>, caller: Known): Promise<{ readonly remoteci_id: string; readonly team_id: string }> {
  if (caller.kind !== 'remoteci') throw new HttpError(400, 'Only remoteci can create job');
  const remoteci = await selectRow(db, remotecis, caller.id);
  if (remoteci['state'] !== 'active') throw new HttpError(412, `RemoteCI "${caller.id}" is disabled.`);
  return { remoteci_id: caller.id, team_id: caller.teams[0].id };
}

/** @throws HttpError 404, 412 when it is not active, 401 */
export async function jobTopic(db: Kysely<unknown>, caller: Known, topicId: string | null): Promise<Row> {
  if (topicId === null) throw new HttpError(404, 'topic not found');
  const topic = await selectRow(db, topics, topicId);
  if (topic['state'] !== 'active') throw new HttpError(412, `Topic ${topic.id}:${String(topic['name'])} not active.`);
  await mustSeeTopic(db, caller, topic);
  return topic;
}

/** The agent that sent it, as shown on the job. */
export function senderOf(request: Request): { readonly user_agent: string; readonly client_version: string } {
  const header = (name: string): string => (request.headers.get(name) ?? '').slice(0, 255);
  return { user_agent: header('user-agent'), client_version: header('client-version') };
}

/** Tags without those that are blank. */
export function withoutBlanks(tags: readonly unknown[]): readonly unknown[] {
  return tags.filter((tag) => typeof tag !== 'string' || tag.trim() !== '');
}

/** Inserts a job with its components, which must be there and be visible to the caller. @throws HttpError 404, 401, 409 */
export async function insertJob(db: Kysely<unknown>, caller: Known, values: Readonly<Record<string, unknown>>, componentIds: readonly unknown[]): Promise<Row> {
  const previous = values['previous_job_id'];
  if (typeof previous === 'string') await selectRow(db, jobs, previous);
  for (const id of componentIds) await mustSeeComponent(db, caller, await selectRow(db, components, String(id)));
  const job = await insertRow(db, jobs, values);
  for (const id of new Set(componentIds)) await linkComponent(db, job.id, String(id));
  return job;
}

export async function linkComponent(db: Kysely<unknown>, jobId: string, componentId: string): Promise<void> {
  await sql`insert into jobs_components (job_id, component_id) values (${jobId}, ${componentId}) on conflict do nothing`.execute(db);
}
