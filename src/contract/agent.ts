import * as z from 'zod';
import { Network } from './network.ts';
import { route } from './route.ts';
import { RolloutKeys } from './rollout.ts';
import { SitesRepo } from './sites-repo.ts';

/** labwright's own API between an agent and its control server: outbound from the agent only (DESIGN §3). */

export const JobSpec = z.object({
  jobId: z.uuid(),
  name: z.string(),
  runId: z.uuid(),
  action: z.string(),
  cluster: z.string().nullable(),
  /** Variable → content of an earlier job's output. */
  inputs: z.record(z.string(), z.string()),
  /** Output name → name it is stored under for later jobs. */
  outputs: z.record(z.string(), z.string()),
  components: z.array(z.object({ id: z.uuid(), type: z.string(), name: z.string(), version: z.string(), data: z.record(z.string(), z.unknown()) })),
  timeoutMs: z.number().nullable(),
  /** The spoke comes from this repository, by Argo CD. */
  sitesRepo: SitesRepo.exactOptional(),
  /** Absent: connected. */
  network: Network.exactOptional(),
  /** What the pipeline says of several clusters and of upgrades. */
  rollout: RolloutKeys.exactOptional(),
});
export type JobSpec = z.infer<typeof JobSpec>;

export const Lease = z.object({
  job: JobSpec,
  /** Grows with each lease of a job; every write of the holder carries it, a smaller one is refused with `lease_lost`. */
  fence: z.number().int(),
  expiresInMs: z.number(),
});
export type Lease = z.infer<typeof Lease>;

export const WaitingOn = z.object({ object: z.string(), condition: z.string(), reason: z.string(), message: z.string() });
export type WaitingOn = z.infer<typeof WaitingOn>;
export const JobError = WaitingOn.extend({ step: z.string().nullable(), hint: z.string().nullable() });
export type JobError = z.infer<typeof JobError>;

/** Happenings of one job, in order. `id` makes a repeated delivery harmless; `seq` orders them. */
export const JobEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job_started') }),
  z.object({ type: z.literal('steps_planned'), steps: z.array(z.object({ id: z.string(), title: z.string() })) }),
  z.object({ type: z.literal('step_started'), step: z.string() }),
  z.object({ type: z.literal('step_waiting'), step: z.string(), on: WaitingOn.nullable() }),
  z.object({ type: z.literal('step_progress'), step: z.string(), percent: z.number() }),
  z.object({ type: z.literal('step_ended'), step: z.string(), status: z.enum(['success', 'failure', 'cancelled']) }),
  z.object({ type: z.literal('log'), step: z.string().nullable(), text: z.string() }),
  z.object({ type: z.literal('output'), name: z.string(), content: z.string() }),
  /** A file of the job, in DCI's sense: for people. */
  z.object({ type: z.literal('file'), name: z.string(), mime: z.string(), content: z.string(), encoding: z.literal('base64').optional() }),
  z.object({
    type: z.literal('job_ended'),
    status: z.enum(['success', 'failure', 'error', 'killed']),
    error: JobError.nullable(),
    simulatedMs: z.number().nullable(),
  }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

export const SentEvent = z.object({ id: z.uuid(), jobId: z.uuid(), fence: z.number().int(), seq: z.number().int(), atMs: z.number(), event: JobEvent });
export type SentEvent = z.infer<typeof SentEvent>;

/**
 * One agent per lab (a remoteci of that name) works; a second one is told to stand by and asks again.
 *
 * `instance` is kept in the agent's data directory. Registering says "I have just started": jobs that this instance held
 * are leased again by the next `leaseJob`, under a higher fence. Events it spooled before, under the earlier fence, are
 * still accepted as long as no other agent held the job in between.
 */
export const registerAgent = route({
  method: 'POST',
  path: '/api/labwright/v1/agents',
  body: z.object({ lab: z.string(), instance: z.uuid(), version: z.string() }),
  response: z.object({ agentId: z.uuid(), state: z.enum(['active', 'standby']), activeSince: z.string().nullable() }),
  allow: ['remoteci', 'super_admin'],
});

/** Waits up to `waitMs` for a job this lab may run now. */
export const leaseJob = route({
  method: 'POST',
  path: '/api/labwright/v1/agents/:agentId/lease',
  params: z.object({ agentId: z.uuid() }),
  body: z.object({ waitMs: z.number().max(30_000) }),
  response: z.object({ lease: Lease.nullable(), state: z.enum(['active', 'standby']) }),
  allow: ['remoteci', 'super_admin'],
});

/** Renews leases (also those of a crashed run that was taken up again) and learns what to cancel. */
export const heartbeat = route({
  method: 'POST',
  path: '/api/labwright/v1/agents/:agentId/heartbeat',
  params: z.object({ agentId: z.uuid() }),
  body: z.object({ leases: z.array(z.object({ jobId: z.uuid(), fence: z.number().int() })) }),
  response: z.object({ state: z.enum(['active', 'standby']), cancel: z.array(z.uuid()), lost: z.array(z.uuid()) }),
  allow: ['remoteci', 'super_admin'],
});

export const sendEvents = route({
  method: 'POST',
  path: '/api/labwright/v1/agents/:agentId/events',
  params: z.object({ agentId: z.uuid() }),
  body: z.object({ events: z.array(SentEvent).max(500) }),
  response: z.object({ accepted: z.number().int(), refused: z.array(z.object({ id: z.uuid(), reason: z.string() })) }),
  allow: ['remoteci', 'super_admin'],
});
