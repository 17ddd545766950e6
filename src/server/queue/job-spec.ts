import type { JobSpec } from '../../contract/agent.ts';
import { RolloutKeys } from '../../contract/rollout.ts';
import { NetworkKeys } from '../../contract/network.ts';
import { GitopsKeys } from '../../contract/sites-repo.ts';
import type { Sql } from '../../db/transaction.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Artefacts } from '../artefacts/artefacts.ts';
import type { LeasedJob } from './lease-next-job.ts';

/**
 * All an agent needs to run a job: its components, and the contents that earlier jobs handed out.
 *
 * @throws LabwrightError `not_found` when an earlier job succeeded without handing out what this one takes in.
 */
export async function jobSpecOf(sql: Sql, artefacts: Artefacts, job: LeasedJob): Promise<JobSpec> {
  const { rows: components } = await sql.query<JobSpec['components'][number]>(
    `select c.id, c.type, coalesce(nullif(c.display_name, ''), c.name) as name, c.version, c.data
     from jobs_components jc join components c on c.id = jc.component_id where jc.job_id = $1 order by c.type, c.id`,
    [job.job_id],
  );
  const inputs: Record<string, string> = {};
  for (const [variable, source] of Object.entries(job.inputs)) {
    inputs[variable] = 'content' in source ? source.content : await artefacts.readText(await artefactOf(sql, job, source));
  }
  const { job_id: jobId, run_id: runId, name, action, cluster, outputs, timeout_ms: timeoutMs } = job;
  const definition = await definitionOf(sql, job);
  const sitesRepo = sitesRepoOf(definition);
  const { network } = NetworkKeys.parse(definition);
  const rollout = ROLLED_OUT.has(action) ? { rollout: RolloutKeys.parse(definition) } : {};
  return { jobId, name, runId, action, cluster, inputs, outputs, components, timeoutMs, ...(sitesRepo && { sitesRepo }), network, ...rollout };
}

/** Actions on several clusters at once. */
const ROLLED_OUT: ReadonlySet<string> = new Set(['upgrade', 'policies']);

/** The job as the pipeline file has it. */
async function definitionOf(sql: Sql, job: LeasedJob): Promise<unknown> {
  const { rows } = await sql.query<{ definition: unknown }>(`select data -> 'pipeline' as definition from jobs where id = $1`, [job.job_id]);
  return rows[0]?.definition ?? {};
}

/** What the pipeline says of GitOps; undefined for a job of another implementation. */
function sitesRepoOf(definition: unknown): JobSpec['sitesRepo'] {
  const keys = GitopsKeys.parse(definition);
  return keys.implementation === 'gitops' ? keys.sites_repo : undefined;
}

async function artefactOf(sql: Sql, job: LeasedJob, source: { readonly job: string; readonly output: string }): Promise<string> {
  const { rows } = await sql.query<{ artefact: string }>(
    `select o.artefact from run_outputs o join run_jobs j on j.job_id = o.job_id where j.run_id = $1 and j.name = $2 and o.name = $3`,
    [job.run_id, source.job, source.output],
  );
  if (!rows[0]) throw new LabwrightError('not_found', `${source.job} ended without its output ${source.output}`, { hint: `read the log of ${source.job}` });
  return rows[0].artefact;
}
