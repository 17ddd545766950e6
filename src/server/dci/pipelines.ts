import { sql, type Kysely } from 'kysely';
import * as contract from '../../contract/dci/pipelines.ts';
import { rolesOf } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { mustBeMember, notAuthorized, ofCallersTeams } from './access.ts';
import { dciRoute } from './dci-route.ts';
import { embedLinked, embedMany, embedOne } from './embed.ts';
import { listRows } from './list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, updateRow, visibleColumns, type Row } from './rows.ts';
import { TABLES } from './tables.ts';

const { pipelines, teams, jobs, remotecis, components, results } = TABLES;

export const pipelineRoutes: readonly ServerRoute[] = [
  dciRoute(contract.createPipeline, async ({ kysely: db }, { body, principal }) => {
    mustBeMember(principal, body.team_id);
    return { pipeline: await insertRow(db, pipelines, body) };
  }),

  dciRoute(contract.listPipelines, async ({ kysely: db }, { query, principal }) => {
    const { rows, _meta } = await listRows(db, pipelines, query, ofCallersTeams(principal, 'pipelines.team_id'));
    return { pipelines: await embedOne(db, rows, 'team', teams, 'team_id'), _meta };
  }),

  dciRoute(contract.getPipeline, async ({ kysely: db }, { params, principal }) => {
    const pipeline = await selectRow(db, pipelines, params.pipelineId);
    mustBeMember(principal, pipeline['team_id'], { read: true });
    return { pipeline: (await embedOne(db, [pipeline], 'team', teams, 'team_id'))[0] };
  }),

  dciRoute(contract.listPipelineJobs, async ({ kysely: db }, { params, principal }) => {
    const pipeline = await selectRow(db, pipelines, params.pipelineId);
    mustBeMember(principal, pipeline['team_id'], { read: true });
    const found = await jobsOf(db, pipeline.id);
    return { jobs: found, _meta: { count: found.length } };
  }),

  dciRoute(contract.updatePipeline, async ({ kysely: db }, { params, body, ifMatch, principal }) => {
    const { id, team_id } = await selectRow(db, pipelines, params.pipelineId);
    mustBeMember(principal, team_id);
    const pipeline = await updateRow(db, pipelines, { id, etag: ifMatch }, { state: 'active', ...body });
    if (!pipeline) throw notFound(pipelines);
    return { pipeline };
  }),

  dciRoute(contract.deletePipeline, async ({ kysely: db }, { params, ifMatch, principal }) => {
    const { id, team_id } = await selectRow(db, pipelines, params.pipelineId);
    mustBeMember(principal, team_id);
    const roles = rolesOf(principal);
    if (roles.has('read_only') && !roles.has('epm')) throw notAuthorized();
    if (!(await archiveRow(db, pipelines, { id, etag: ifMatch }))) throw notFound(pipelines);
  }),
];

async function jobsOf(db: Kysely<unknown>, pipelineId: string): Promise<readonly Row[]> {
  const { rows } =
    await sql<Row>`select ${visibleColumns(jobs)} from jobs where pipeline_id = ${pipelineId} and state <> 'archived' order by created_at`.execute(db);
  const withRemoteci = await embedOne(db, rows, 'remoteci', remotecis, 'remoteci_id');
  const withTeam = await embedOne(db, withRemoteci, 'team', teams, 'team_id');
  const withComponents = await embedLinked(db, withTeam, 'components', { table: components, through: 'jobs_components', from: 'job_id', to: 'component_id' });
  return embedMany(db, withComponents, 'results', results, 'job_id');
}
