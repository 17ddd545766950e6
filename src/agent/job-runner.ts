import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobSpec, Lease } from '../contract/agent.ts';
import type { RunEngine } from '../runner/run-engine.ts';
import type { Journal } from '../runner/journal.ts';
import { secretLines } from '../runner/redact-json.ts';
import { LabwrightError } from '../util/errors.ts';
import { redact } from '../util/redact.ts';
import type { AgentStore } from './agent-store.ts';
import { blameLostDoors } from './blame-lost-doors.ts';
import { actionDeps, type JobDoors } from './job-doors.ts';
import { jobSecrets } from './job-secrets.ts';
import { jobSteps, type JobStepsDeps } from './job-steps.ts';
import { withPreflight } from './preflight-steps.ts';

export interface JobRunnerDeps extends Omit<JobDoors, 'cluster' | 'network' | 'workDir' | 'output' | 'evidence'>, Omit<JobStepsDeps, 'doors'> {
  readonly engine: RunEngine;
  readonly journal: Journal;
  readonly store: AgentStore;
  /** A folder per job. */
  readonly jobsDir: string;
  /** Something new is in the journal. */
  readonly onEvent: () => void;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

export interface JobRunner {
  /** Runs a leased job, or goes on with it; for one that runs it only takes the newer fence. */
  start(lease: Pick<Lease, 'job' | 'fence'>): void;
  /** Asks a job to end as killed; its steps let go first. */
  cancel(jobId: string, reason: string): void;
  /** Stops work on a job that is not ours any more, and forgets it. */
  drop(jobId: string): void;
  /** Everything about the job has reached the server: its secrets and files go. */
  forget(jobId: string): void;
  running(): number;
  /** Jobs that were leased to this process and not forgotten yet. */
  leased(): ReadonlySet<string>;
  /** How many jobs have ended or were dropped so far. */
  endings(): number;
  /** Resolves when `endings()` is not `seen` any more; rejects when a job could not even be journaled. */
  endedSince(seen: number): Promise<void>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const { engine, journal, store, doors } = deps;
  const leased = new Set<string>();
  const running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  let endings = 0;
  let ending = Promise.withResolvers<void>();
  ending.promise.catch(() => undefined); // Whoever waits for it hears of it.

  const folderOf = (jobId: string): string => join(deps.jobsDir, jobId);

  const run = async (job: JobSpec, signal: AbortSignal): Promise<void> => {
    const workDir = folderOf(job.jobId);
    // Not awaited: between the lease and the first step no simulated time may pass.
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    const output = (name: string, content: string): void => {
      // Past the engine, which would redact it. Later jobs ask for an output by the name the pipeline gave it.
      const names = Object.keys(job.outputs).filter((key) => job.outputs[key] === name);
      for (const one of names.length > 0 ? names : [name]) journal.append(job.jobId, doors.clock.now(), { type: 'output', name: one, content });
      deps.onEvent();
    };
    const secrets = jobSecrets(deps, job);
    const evidence = (name: string, content: string | Buffer, mime = 'text/plain'): void => {
      const kept =
        typeof content === 'string' ? { content: redact(content, secretLines(secrets)) } : { content: content.toString('base64'), encoding: 'base64' as const };
      journal.append(job.jobId, doors.clock.now(), { type: 'file', name, mime, ...kept });
      deps.onEvent();
    };
    const over = new AbortController();
    if (job.timeoutMs !== null) void cancelAfter(job, job.timeoutMs, AbortSignal.any([signal, over.signal]));
    const plan = {
      runId: job.jobId,
      name: job.name,
      steps: blameLostDoors(withPreflight(doors.checkLab, deps.plan, job, jobSteps(deps, job)), doors),
      deps: actionDeps({ ...deps, cluster: job.cluster, network: job.network ?? 'connected', workDir, output, evidence }),
      clock: doors.clock,
      memory: {},
      secrets,
      simulated: doors.simulated,
      signal,
      onEvent: deps.onEvent,
    };
    await engine.start(plan).finally(() => over.abort(new LabwrightError('cancelled', `${job.name} is over`)));
  };

  const cancelAfter = (job: JobSpec, timeoutMs: number, signal: AbortSignal): Promise<void> =>
    doors.clock.sleep(timeoutMs, signal).then(
      () => engine.cancel(job.jobId, `the job's limit of ${timeoutMs / 1000} s passed`),
      () => undefined,
    );

  const ended = (error: unknown): void => {
    // Steps that let go of a stopping agent may wait on the clock.
    if (!deps.signal.aborted) doors.gate.close();
    endings++;
    const before = ending;
    ending = Promise.withResolvers();
    ending.promise.catch(() => undefined);
    if (error === undefined) before.resolve();
    else before.reject(error);
    deps.onEvent();
  };

  const release = async (jobId: string): Promise<void> => {
    leased.delete(jobId);
    store.release(jobId);
    await rm(folderOf(jobId), { recursive: true, force: true });
  };

  return {
    start({ job, fence }) {
      store.hold({ job, fence });
      leased.add(job.jobId);
      if (running.has(job.jobId)) return;
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, deps.signal]);
      const done = run(job, signal).then(
        () => ended(undefined),
        (error: unknown) => ended(signal.aborted ? undefined : error),
      );
      running.set(job.jobId, { stop, done });
      void done.then(() => running.delete(job.jobId));
    },
    cancel(jobId, reason) {
      if (journal.state(jobId)) engine.cancel(jobId, reason);
    },
    drop(jobId) {
      running.get(jobId)?.stop.abort(new LabwrightError('lease_lost', 'another agent holds this job now'));
      void release(jobId);
    },
    forget(jobId) {
      journal.forgetOutputs(jobId);
      void release(jobId);
    },
    running: () => running.size,
    leased: () => leased,
    endings: () => endings,
    endedSince: (seen) => (endings === seen ? ending.promise : Promise.resolve()),
    idle: async () => void (await Promise.all([...running.values()].map(({ done }) => done))),
  };
}
