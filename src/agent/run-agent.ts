import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LabPlan } from '../lab/plan.ts';
import type { ClaimsStore } from '../machines/claims-store.ts';
import type { BmcEvent } from '../machines/bmc/bmc-event.ts';
import type { FollowClaim } from '../machines/follow-claim.ts';
import { machineCredentials } from '../machines/bmc/credentials.ts';
import { createEmbeddedEngine } from '../runner/embedded-engine.ts';
import { Journal, type Survives } from '../runner/journal.ts';
import { realSleep } from '../util/clock.ts';
import { isLabwrightError, messageOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { AgentStore } from './agent-store.ts';
import { createBmcLog } from './bmc-log.ts';
import type { ControlServer, Registration } from './control-server.ts';
import { startFileStore } from './file-store.ts';
import { createJobRunner, type JobRunner } from './job-runner.ts';
import type { FindAction } from './job-steps.ts';
import type { LabDoors } from './lab-doors.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface AgentDeps {
  readonly server: ControlServer;
  readonly plan: LabPlan;
  readonly doors: LabDoors;
  readonly findAction: FindAction;
  readonly claims: ClaimsStore;
  /** Lets DHCP and DNS follow a job's claim. */
  readonly followClaim?: FollowClaim;
  /** From `readLabSecret`. */
  readonly labSecret: string;
  /** Journal, leases and job folders: what a restarted agent goes on with. */
  readonly dataDir: string;
  readonly version: string;
  readonly log: Log;
  /** Told each time the server says whether this agent works or stands by. */
  readonly onRegistered?: (registration: Registration) => void;
}

const LONG_POLL_MS = 20_000;
/** While jobs run: how often to look for one that another run has made ready. */
const POLL_MS = 1000;
const HEARTBEAT_MS = 2000;
const STANDBY_MS = 1000;
const RETRY_MS = 1000;

/**
 * The lab agent: leases jobs, runs them as journaled steps and tells the control server what happens, until the signal is aborted.
 *
 * It goes on with what an earlier process on `dataDir` left unended, and with running jobs while the server is away. When
 * another agent works for the lab it stands by. All of its own waiting is real time; simulated time passes only while jobs run.
 *
 * @throws LabwrightError when the server refuses this agent (`unauthorized`, `forbidden`), or the journal cannot be written.
 */
export async function runAgent(deps: AgentDeps, signal: AbortSignal): Promise<void> {
  mkdirSync(deps.dataDir, { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  const store = stack.adopt(new AgentStore(join(deps.dataDir, 'agent.db'), survives(deps)), (one) => one.close());
  try {
    const { agentId } = await becomeActive(deps, store, signal);
    await serve(deps, { store, agentId }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    deps.doors.gate.open();
  }
}

/** A simulated lab has nothing to go on with when the computer loses its power. */
function survives({ doors }: AgentDeps): Survives {
  return doors.simulated ? 'process-end' : 'power-loss';
}

/** Registers; while another agent works for the lab, asks again and again. */
async function becomeActive(deps: AgentDeps, store: AgentStore, signal: AbortSignal): Promise<Registration> {
  for (;;) {
    const body = { lab: deps.plan.lab, instance: store.instance, version: deps.version };
    const registration = await untilAnswered(deps, signal, () => deps.server.registerAgent({ body }, signal));
    deps.onRegistered?.(registration);
    if (registration.state === 'active') return registration;
    await realSleep(STANDBY_MS, signal);
  }
}

/** What the loops below share. */
interface Session {
  readonly deps: AgentDeps;
  readonly agentId: string;
  readonly store: AgentStore;
  readonly runner: JobRunner;
  readonly outbox: Outbox;
  readonly signal: AbortSignal;
}

/** Works for the lab, from the first time that this agent is the one to do so. */
async function serve(deps: AgentDeps, { store, agentId }: Pick<Session, 'store' | 'agentId'>, signal: AbortSignal): Promise<void> {
  const { server, doors, log } = deps;
  const stopped = new AbortController();
  const both = AbortSignal.any([signal, stopped.signal]);
  const jobsDir = join(deps.dataDir, 'jobs');
  mkdirSync(jobsDir, { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  const journal = stack.adopt(new Journal(join(deps.dataDir, 'journal.db'), survives(deps)), (one) => one.close());
  const fileStore = stack.adopt(await startFileStore(doors, jobsDir, deps.labSecret), (one) => one.close());
  const credentials = machineCredentials(deps.plan, deps.labSecret);
  const outbox = createOutbox({
    server,
    journal,
    store,
    log,
    onDelivered: (jobId) => runner.forget(jobId),
    onRefused: (jobId) => runner.drop(jobId),
  });
  const runner: JobRunner = createJobRunner({
    ...deps,
    engine: createEmbeddedEngine(journal),
    journal,
    store,
    fileStore,
    jobsDir,
    sitesDir: join(deps.dataDir, 'sites'),
    imagesDir: join(deps.dataDir, 'images'),
    credentials,
    onEvent: () => outbox.poke(),
    signal: both,
  });
  const tellCall = createBmcLog({ ...deps, store, journal, clock: doors.clock, onEvent: () => outbox.poke() });
  // A slow call may end after the journal is closed.
  const onCall = (event: BmcEvent): void => void (both.aborted || tellCall(event));
  const bmcs = await doors.serveBmcs({ credentials, folder: join(deps.dataDir, 'bmc'), onCall });
  if (bmcs) stack.use(bmcs);
  const session: Session = { deps, agentId, store, runner, outbox, signal: both };
  const background = [outbox.run(agentId, both), heartbeats(session)];
  try {
    for (;;) {
      await work(session);
      await becomeActive(deps, store, both);
    }
  } finally {
    stopped.abort(new Error('the agent stops'));
    doors.gate.open(); // Steps that let go may wait on the clock.
    await Promise.allSettled([...background, runner.idle()]);
  }
}

/**
 * Leases jobs and starts them, until the server says that another agent works now.
 *
 * To the server an agent that registers has just started, so it gets first what an earlier process of it held.
 */
async function work({ deps, agentId, store, runner, outbox, signal }: Session): Promise<void> {
  for (;;) {
    const seen = runner.endings();
    // What has ended makes the next job ready, once the server knows.
    await outbox.flush(signal);
    const waitMs = runner.running() === 0 && runner.leased().size === store.held().length ? LONG_POLL_MS : 0;
    const { lease, state } = await untilAnswered(deps, signal, () => deps.server.leaseJob({ params: { agentId }, body: { waitMs } }, signal));
    if (state === 'standby') return;
    if (lease) {
      runner.start(lease);
      continue;
    }
    // Held by an earlier process and not leased again: it has ended, or belongs to somebody else.
    for (const { job } of store.held()) if (!runner.leased().has(job.jobId)) runner.drop(job.jobId);
    if (runner.running() === 0 || runner.endings() !== seen) continue;
    deps.doors.gate.open();
    await unlessAborted(Promise.race([runner.endedSince(seen), realSleep(POLL_MS, signal)]), signal);
  }
}

async function heartbeats({ deps, agentId, store, runner, signal }: Session): Promise<void> {
  while (!signal.aborted) {
    try {
      await realSleep(HEARTBEAT_MS, signal);
      // Only what this process was given: a heartbeat for the rest would keep it from being given again.
      const mine = store.held().filter(({ job }) => runner.leased().has(job.jobId));
      const leases = mine.map(({ job, fence }) => ({ jobId: job.jobId, fence }));
      const { lost, cancel } = await deps.server.heartbeat({ params: { agentId }, body: { leases } }, signal);
      for (const jobId of lost) runner.drop(jobId);
      for (const jobId of cancel) runner.cancel(jobId, 'cancelled on the control server');
    } catch (error) {
      if (!signal.aborted) deps.log.warn({ reason: messageOf(error) }, 'the control server did not take a heartbeat');
    }
  }
}

/** Asks again until the server answers. @throws what it refuses for good. */
async function untilAnswered<T>({ log }: AgentDeps, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (isLabwrightError(error) && (error.code === 'unauthorized' || error.code === 'forbidden' || error.code === 'bad_input')) throw error;
      log.warn({ reason: messageOf(error) }, 'the control server does not answer; asking again');
      await realSleep(RETRY_MS, signal);
    }
  }
}
