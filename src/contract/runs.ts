import * as z from 'zod';
import { JobError, WaitingOn } from './agent.ts';
import { route } from './route.ts';

/** A run is one pipeline file on its way through a lab: a DCI pipeline with its jobs, plus what DCI has no word for. */

/** A job of the graph as `pipeline/` resolved it: components chosen, dependencies by name. */
export const RunJob = z.object({
  name: z.string(),
  stage: z.string(),
  needs: z.array(z.string()),
  /** Jobs that must have ended before it starts, however they ended. */
  after: z.array(z.string()).exactOptional(),
  topic: z.string(),
  action: z.string(),
  cluster: z.string().nullable(),
  componentIds: z.array(z.uuid()),
  /** Variable → { job, output } of an earlier job, or a literal content. */
  inputs: z.record(z.string(), z.union([z.object({ job: z.string(), output: z.string() }), z.object({ content: z.string() })])),
  outputs: z.record(z.string(), z.string()),
  timeoutMs: z.number().nullable(),
  definition: z.record(z.string(), z.unknown()),
});
export type RunJob = z.infer<typeof RunJob>;

export const RunStep = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['pending', 'running', 'success', 'failure', 'cancelled']),
  percent: z.number().nullable(),
  waitingOn: WaitingOn.nullable(),
});
export type RunStep = z.infer<typeof RunStep>;

export const RunJobState = z.object({
  id: z.uuid(),
  name: z.string(),
  stage: z.string(),
  action: z.string(),
  cluster: z.string().nullable(),
  /** `waiting` and `leased` before it runs; `skipped` when an earlier one failed. */
  status: z.enum(['waiting', 'leased', 'running', 'success', 'failure', 'error', 'killed', 'skipped']),
  /** Why it is not running yet, one sentence each. */
  waitingFor: z.array(z.string()),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  simulatedMs: z.number().nullable(),
  steps: z.array(RunStep),
  error: JobError.nullable(),
  /** What it left for people to read: DCI files of the job. */
  files: z.array(z.object({ id: z.uuid(), name: z.string() })),
});
export type RunJobState = z.infer<typeof RunJobState>;

export const Run = z.object({
  id: z.uuid(),
  name: z.string(),
  lab: z.string(),
  status: z.enum(['running', 'success', 'failure']),
  createdAt: z.string(),
  jobs: z.array(RunJobState),
});
export type Run = z.infer<typeof Run>;

export const createRun = route({
  method: 'POST',
  path: '/api/labwright/v1/runs',
  body: z.object({ name: z.string(), lab: z.string(), jobs: z.array(RunJob).min(1) }),
  response: z.object({ run: Run }),
  status: 201,
  allow: ['super_admin', 'team_member', 'remoteci'],
});

export const getRun = route({
  method: 'GET',
  path: '/api/labwright/v1/runs/:runId',
  params: z.object({ runId: z.uuid() }),
  response: z.object({ run: Run }),
  allow: ['super_admin', 'read_only', 'team_member', 'remoteci'],
});

export const listRuns = route({
  method: 'GET',
  path: '/api/labwright/v1/runs',
  response: z.object({ runs: z.array(Run) }),
  allow: ['super_admin', 'read_only', 'team_member', 'remoteci'],
});

export const cancelRun = route({
  method: 'POST',
  path: '/api/labwright/v1/runs/:runId/cancel',
  params: z.object({ runId: z.uuid() }),
  body: z.object({ reason: z.string() }),
  response: z.object({ run: Run }),
  allow: ['super_admin', 'team_member', 'remoteci'],
});

/**
 * Server-sent events of one run (`GET /api/labwright/v1/runs/:runId/events`): every SentEvent of its jobs as
 * `event: <type>`, `id: <number>`, `data: <SentEvent>`; `Last-Event-ID` resumes. Between them `event: run`, `data: <Run>`, without
 * id, when the run's state changed (skipped and cancelled jobs have no event of their own). Ends with `event: run_ended`, `data: <Run>`.
 */
export const RUN_EVENTS_PATH = '/api/labwright/v1/runs/:runId/events';
