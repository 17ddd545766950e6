import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, data, id, idOrNull, integer, jobStatus, list, newObject, number, state, text, textOrNull, url, urlOrNull } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { ComponentRow, FileRow, FullJob, JobRow, JobstateRow, KeyValueRow, ListedJob, ListedResult, Meta } from './rows.ts';

const params = z.object({ jobId: PathId });
const path = '/api/v1/jobs';

/** remoteci_id and team_id are the caller's, whatever the body says. Only remotecis may; the original answers others with 400. */
export const createJob = route({
  method: 'POST',
  path,
  body: newObject({
    components: list(),
    topic_id: idOrNull(),
    comment: text().default(''),
    name: text().default(''),
    configuration: text().default(''),
    url: url().default(''),
    status_reason: text().default(''),
    tags: list().default([]),
    data: data().default({}),
    previous_job_id: idOrNull(),
    update_previous_job_id: idOrNull(),
    pipeline_id: idOrNull(),
    state: state().default('active'),
    remoteci_id: id().optional(),
    team_id: id().optional(),
  }),
  response: z.object({ job: JobRow }),
  status: 201,
  etagOf: 'job',
  allow: EVERY_ACCOUNT,
});

/** Without components the server takes the newest of each of the topic's types. */
export const scheduleJob = route({
  method: 'POST',
  path: `${path}/schedule`,
  body: newObject({
    topic_id: id(),
    components_ids: list().default([]),
    comment: textOrNull(),
    name: textOrNull(),
    configuration: textOrNull(),
    url: urlOrNull(),
    tags: list().default([]),
    data: data().default({}),
    previous_job_id: idOrNull(),
    pipeline_id: idOrNull(),
    state: state().default('active'),
    remoteci_id: id().optional(),
  }),
  response: z.object({ job: JobRow }),
  status: 201,
  etagOf: 'job',
  allow: EVERY_ACCOUNT,
});

/** The same topic again with its newest components. */
export const updateJobComponents = route({
  method: 'POST',
  path: `${path}/:jobId/update`,
  params,
  response: z.object({ job: JobRow }),
  status: 201,
  etagOf: 'job',
  allow: EVERY_ACCOUNT,
});

/** The next topic. */
export const upgradeJob = route({
  method: 'POST',
  path: `${path}/upgrade`,
  body: newObject({ job_id: id() }),
  response: z.object({ job: JobRow }),
  status: 201,
  etagOf: 'job',
  allow: EVERY_ACCOUNT,
});

export const listJobs = route({ method: 'GET', path, query: ListQuery, response: z.object({ jobs: z.array(ListedJob), _meta: Meta }), allow: EVERY_ACCOUNT });

export const getJob = route({ method: 'GET', path: `${path}/:jobId`, params, response: z.object({ job: FullJob }), etagOf: 'job', allow: EVERY_ACCOUNT });

export const updateJob = route({
  method: 'PUT',
  path: `${path}/:jobId`,
  params,
  body: changes({
    comment: text(),
    status: jobStatus(),
    state: state(),
    tags: list(),
    status_reason: text(),
    configuration: text(),
    name: text(),
    url: url(),
  }),
  response: z.object({ job: JobRow }),
  etagOf: 'job',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const deleteJob = route({ method: 'DELETE', path: `${path}/:jobId`, params, response: NOTHING, status: 204, needsIfMatch: true, allow: EVERY_ACCOUNT });

export const listJobComponents = route({
  method: 'GET',
  path: `${path}/:jobId/components`,
  params,
  response: z.object({ components: z.array(ComponentRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const addJobComponent = route({
  method: 'POST',
  path: `${path}/:jobId/components`,
  params,
  body: newObject({ id: id() }),
  response: NOTHING,
  status: 201,
  allow: EVERY_ACCOUNT,
});

/** 201, as in the original. */
export const removeJobComponent = route({
  method: 'DELETE',
  path: `${path}/:jobId/components/:componentId`,
  params: z.object({ jobId: PathId, componentId: PathId }),
  response: NOTHING,
  status: 201,
  allow: EVERY_ACCOUNT,
});

export const listJobstates = route({
  method: 'GET',
  path: `${path}/:jobId/jobstates`,
  params,
  query: ListQuery,
  response: z.object({ jobstates: z.array(JobstateRow.extend({ files: z.array(FileRow) })), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const listJobFiles = route({
  method: 'GET',
  path: `${path}/:jobId/files`,
  params,
  query: ListQuery,
  response: z.object({ files: z.array(FileRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const listJobResults = route({
  method: 'GET',
  path: `${path}/:jobId/results`,
  params,
  response: z.object({ results: z.array(ListedResult), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const addKeyValue = route({
  method: 'POST',
  path: `${path}/:jobId/kv`,
  params,
  body: newObject({ key: text(), value: number() }),
  response: z.object({ kv: KeyValueRow }),
  status: 201,
  allow: EVERY_ACCOUNT,
});

export const removeKeyValue = route({
  method: 'DELETE',
  path: `${path}/:jobId/kv`,
  params,
  body: newObject({ key: text() }),
  response: NOTHING,
  status: 204,
  allow: EVERY_ACCOUNT,
});

const jobstateParams = z.object({ jobstateId: PathId });

/** The status is any text here; one that is no job status is refused with 400 and another text, as in the original. */
export const createJobstate = route({
  method: 'POST',
  path: '/api/v1/jobstates',
  body: newObject({ status: text(), job_id: id(), comment: textOrNull() }),
  response: z.object({ jobstate: JobstateRow }),
  status: 201,
  allow: EVERY_ACCOUNT,
});

export const getJobstate = route({
  method: 'GET',
  path: '/api/v1/jobstates/:jobstateId',
  params: jobstateParams,
  response: z.object({ jobstate: JobstateRow.extend({ files: z.array(FileRow) }) }),
  allow: EVERY_ACCOUNT,
});

export const deleteJobstate = route({
  method: 'DELETE',
  path: '/api/v1/jobstates/:jobstateId',
  params: jobstateParams,
  response: NOTHING,
  status: 204,
  allow: EVERY_ACCOUNT,
});

const Event = z.object({ id: z.number(), created_at: z.string(), job_id: z.string(), topic_id: z.string().nullable(), status: z.string() });
const eventParams = z.object({
  from: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
});

/** Final statuses with a number from this one on. */
export const listJobsEvents = route({
  method: 'GET',
  path: '/api/v1/jobs_events/:from',
  params: eventParams,
  query: ListQuery,
  response: z.object({ jobs_events: z.array(Event), _meta: Meta }),
  allow: ['super_admin'],
});

export const deleteJobsEvents = route({
  method: 'DELETE',
  path: '/api/v1/jobs_events/:from',
  params: eventParams,
  response: NOTHING,
  status: 204,
  allow: ['super_admin'],
});

/** Where the reader of the events stands; the server only keeps it. */
export const getEventSequence = route({
  method: 'GET',
  path: '/api/v1/jobs_events/sequence',
  response: z.object({ sequence: z.object({ sequence: z.number(), etag: z.string() }) }),
  allow: ['super_admin'],
});

export const setEventSequence = route({
  method: 'PUT',
  path: '/api/v1/jobs_events/sequence',
  body: newObject({ sequence: integer() }),
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: ['super_admin'],
});
