import type { Run, RunJobState } from '../../contract/runs.ts';
import type { PowerEvent } from '../../rehearsal/machines/machines.ts';
import type { CellResult } from '../matrix/matrix-results.ts';
import { realMs } from '../tree/render-run.ts';

/** What `labwright rehearse --json` prints. Names and shapes are a contract. */
export interface RehearsalReport {
  readonly result: 'success' | 'failure';
  readonly jobs: readonly ReportedJob[];
  readonly steps: readonly { readonly id: string; readonly job: string; readonly name: string; readonly status: string }[];
  readonly power_events: readonly PowerEvent[];
  /** `host:port` of everything that was dialled or pulled from, by jobs and by the simulated lab. */
  readonly destinations?: readonly string[];
  /** `host:port` of registries outside that the jumphost mirrored from: of a lab whose file says `registry: {mirror: true}`. */
  readonly mirror_sources?: readonly string[];
  /** Of a matrix: what became of each cell. */
  readonly matrix?: readonly CellResult[];
}

export interface ReportedJob {
  readonly name: string;
  readonly status: RunJobState['status'];
  readonly simulated_s: number;
  readonly real_s: number;
  readonly error?: { readonly object: string; readonly condition: string; readonly reason: string; readonly message: string; readonly hint: string | null };
}

/** A step's id is `<job>/<step>`: what `cause` of a power event names. */
export function rehearsalReport(run: Run, powerEvents: readonly PowerEvent[]): RehearsalReport {
  return {
    result: run.status === 'success' ? 'success' : 'failure',
    jobs: run.jobs.map(reportedJob),
    steps: run.jobs.flatMap((job) => job.steps.map(({ id, title, status }) => ({ id: `${job.name}/${id}`, job: job.name, name: title, status }))),
    power_events: powerEvents,
  };
}

function reportedJob(job: RunJobState): ReportedJob {
  const { name, status, error } = job;
  const times = { simulated_s: (job.simulatedMs ?? 0) / 1000, real_s: realMs(job) / 1000 };
  if (!error) return { name, status, ...times };
  const { object, condition, reason, message, hint } = error;
  return { name, status, ...times, error: { object, condition, reason, message, hint } };
}
