import type { Client } from '../../client/create-client.ts';
import type { JobError, WaitingOn } from '../../contract/agent.ts';
import type { RunJobState } from '../../contract/runs.ts';
import { OBJECTS_FILE, spokeFile } from '../../hub/evidence/gather-evidence.ts';
import { fromText, type SeenCluster } from './cluster-sources.ts';

/** The newest job of a cluster that began, or that waits to begin. */
export interface JobSummary {
  readonly run: string;
  readonly name: string;
  readonly status: RunJobState['status'];
  readonly step: string | undefined;
  readonly waitingFor: readonly string[];
  readonly waitingOn: WaitingOn | undefined;
  readonly error: JobError | undefined;
}

export interface ExplainedJob {
  readonly job: JobSummary;
  /** The objects a failed job left. */
  readonly left: SeenCluster | undefined;
}

/**
 * What the control server knows about a cluster. Of a run's jobs the one that runs or failed last counts, then one that
 * waits, then the last that succeeded.
 */
export async function explainedJob(client: Client, cluster: string): Promise<ExplainedJob | undefined> {
  const { runs } = await client.listRuns({});
  for (const run of runs) {
    const jobs = run.jobs.filter((job) => job.cluster === cluster);
    const job = jobs.findLast(isTrouble) ?? jobs.find(({ status }) => status === 'waiting') ?? jobs.findLast(({ status }) => status === 'success') ?? jobs[0];
    if (job === undefined) continue;
    const left = job.files.filter(({ name }) => name === OBJECTS_FILE || name === spokeFile(cluster));
    const texts = await Promise.all(left.map(({ id }) => client.fileContent(id)));
    const from = `${left.map(({ name }) => name).join(' and ')} of job ${job.name}`;
    return { job: summaryOf(run.name, job), left: left.length === 0 ? undefined : fromText(texts.join(''), from) };
  }
  return undefined;
}

function isTrouble({ status }: RunJobState): boolean {
  return ['leased', 'running', 'failure', 'error', 'killed'].includes(status);
}

function summaryOf(run: string, { name, status, steps, waitingFor, error }: RunJobState): JobSummary {
  const step = steps.findLast((one) => one.status === 'running' || one.status === 'failure');
  return { run, name, status, step: step?.title, waitingFor, waitingOn: (error === null && step?.waitingOn) || undefined, error: error ?? undefined };
}
