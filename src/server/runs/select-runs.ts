import type { JobError, WaitingOn } from '../../contract/agent.ts';
import type { Run, RunJobState, RunStep } from '../../contract/runs.ts';
import type { Sql } from '../../db/transaction.ts';
import { seesAllTeams, type Known } from '../auth/principal.ts';
import { waitingFor, type QueuedJob } from './waiting-for.ts';

const newestRuns = 50;

/** Runs whose team the caller sees, newest first: the one of `id`, or the newest 50. `caller` undefined: of all teams. */
export async function selectRuns(sql: Sql, options: { readonly caller: Known | undefined; readonly id?: string; readonly termMs: number }): Promise<Run[]> {
  const { caller, id = null, termMs } = options;
  const teams = caller === undefined || seesAllTeams(caller) ? null : caller.teams.map((team) => team.id);
  const { rows: runs } = await sql.query<RunRow>(
    `select r.id, p.name, l.name as lab, r.created_at,
       exists (select from agents a where a.remoteci_id = r.remoteci_id and a.active_since is not null
         and a.seen_at > clock_timestamp() - $3 * interval '1 ms') as agent_is_alive
     from runs r join pipelines p on p.id = r.id join remotecis l on l.id = r.remoteci_id
     where ($1::uuid is null or r.id = $1) and ($2::uuid[] is null or p.team_id = any ($2))
     order by r.created_at desc limit ${newestRuns}`,
    [id, teams, termMs],
  );
  const ids = runs.map((run) => run.id);
  const { rows: jobs } = await sql.query<JobRow>(
    `select j.job_id, j.run_id, j.name, j.stage, j.action, j.cluster, j.status, j.started_at, j.ended_at, j.simulated_ms, j.error,
       coalesce(j.lease_expires_at < clock_timestamp(), false) as lease_ran_out,
       array(select jsonb_build_object('name', needed.name, 'status', needed.status, 'justEnded', n.just_ended) from run_job_needs n join run_jobs needed on needed.job_id = n.needed_id
         where n.job_id = j.job_id order by needed.position) as needs,
       (select jsonb_build_object('job', h.name, 'run', h.run_id) from run_jobs h where j.status = 'waiting' and h.remoteci_id = j.remoteci_id
         and h.cluster = j.cluster and h.status in ('leased', 'running')) as held_by,
       array(select jsonb_build_object('id', f.id, 'name', f.name) from files f
         where f.job_id = j.job_id and f.artefact is not null and f.state = 'active' order by f.name) as files
     from run_jobs j where j.run_id = any ($1) order by j.position`,
    [ids],
  );
  const { rows: steps } = await sql.query<StepRow>(
    `select s.job_id, s.id, s.title, s.status, s.percent, s.waiting_on from run_steps s join run_jobs j using (job_id)
     where j.run_id = any ($1) order by s.position`,
    [ids],
  );
  const stepsOf = Map.groupBy(steps, (step) => step.job_id);
  const jobsOf = Map.groupBy(jobs, (job) => job.run_id);
  return runs.map((run) => runOf(run, jobsOf.get(run.id) ?? [], stepsOf));
}

function runOf(run: RunRow, rows: readonly JobRow[], stepsOf: ReadonlyMap<string, readonly StepRow[]>): Run {
  const jobs = rows.map((job) => jobOf(job, run, stepsOf.get(job.job_id) ?? []));
  return { id: run.id, name: run.name, lab: run.lab, status: statusOf(jobs), createdAt: run.created_at.toISOString(), jobs };
}

function jobOf(job: JobRow, run: RunRow, steps: readonly StepRow[]): RunJobState {
  const { status, cluster, needs } = job;
  return {
    id: job.job_id,
    name: job.name,
    stage: job.stage,
    action: job.action,
    cluster,
    status,
    waitingFor: waitingFor({
      status,
      cluster,
      needs,
      lab: run.lab,
      agentIsAlive: run.agent_is_alive,
      leaseRanOut: job.lease_ran_out,
      clusterHeldBy: job.held_by,
    }),
    startedAt: job.started_at?.toISOString() ?? null,
    endedAt: job.ended_at?.toISOString() ?? null,
    simulatedMs: job.simulated_ms,
    steps: steps.map((step) => ({ id: step.id, title: step.title, status: step.status, percent: step.percent, waitingOn: step.waiting_on })),
    error: job.error,
    files: job.files,
  };
}

/** A run goes on until its last job has ended, also when an earlier one failed. */
function statusOf(jobs: readonly RunJobState[]): Run['status'] {
  if (jobs.some(({ status }) => status === 'waiting' || status === 'leased' || status === 'running')) return 'running';
  return jobs.every(({ status }) => status === 'success') ? 'success' : 'failure';
}

interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly lab: string;
  readonly created_at: Date;
  readonly agent_is_alive: boolean;
}

interface JobRow {
  readonly job_id: string;
  readonly run_id: string;
  readonly name: string;
  readonly stage: string;
  readonly action: string;
  readonly cluster: string | null;
  readonly status: RunJobState['status'];
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly simulated_ms: number | null;
  readonly error: JobError | null;
  readonly lease_ran_out: boolean;
  readonly files: RunJobState['files'];
  readonly needs: QueuedJob['needs'];
  readonly held_by: { readonly job: string; readonly run: string } | null;
}

interface StepRow {
  readonly job_id: string;
  readonly id: string;
  readonly title: string;
  readonly status: RunStep['status'];
  readonly percent: number | null;
  readonly waiting_on: WaitingOn | null;
}
