import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, id, newObject, state, text } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { ComponentRow, JobRow, Meta, PipelineRow, RemoteciRow, ResultRow, TeamRow } from './rows.ts';

const params = z.object({ pipelineId: PathId });
const path = '/api/v1/pipelines';
const PipelineWithTeam = PipelineRow.extend({ team: TeamRow.nullable() });

export const createPipeline = route({
  method: 'POST',
  path,
  body: newObject({ name: text(), team_id: id(), state: state().default('active') }),
  response: z.object({ pipeline: PipelineRow }),
  status: 201,
  allow: EVERY_ACCOUNT,
});

export const listPipelines = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ pipelines: z.array(PipelineWithTeam), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getPipeline = route({
  method: 'GET',
  path: `${path}/:pipelineId`,
  params,
  response: z.object({ pipeline: PipelineWithTeam }),
  allow: EVERY_ACCOUNT,
});

/** All of them, oldest first, whatever the query string says. */
export const listPipelineJobs = route({
  method: 'GET',
  path: `${path}/:pipelineId/jobs`,
  params,
  response: z.object({
    jobs: z.array(
      JobRow.extend({
        results: z.array(ResultRow),
        remoteci: RemoteciRow.omit({ data: true }).nullable(),
        components: z.array(ComponentRow),
        team: TeamRow.nullable(),
      }),
    ),
    _meta: Meta,
  }),
  allow: EVERY_ACCOUNT,
});

/** A change that does not name a state makes the pipeline active again, as in the original. */
export const updatePipeline = route({
  method: 'PUT',
  path: `${path}/:pipelineId`,
  params,
  body: changes({ name: text(), state: state() }),
  response: z.object({ pipeline: PipelineRow }),
  etagOf: 'pipeline',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const deletePipeline = route({
  method: 'DELETE',
  path: `${path}/:pipelineId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});
