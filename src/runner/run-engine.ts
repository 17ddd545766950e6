import type { JobError, JobEvent } from '../contract/agent.ts';
import type { Clock } from '../util/clock.ts';
import type { Json, Memory, Step, WaitingOn } from '../util/step.ts';

/** How steps are made durable, behind one port (DESIGN §3): another engine may keep them elsewhere. */
export interface RunEngine {
  /**
   * Runs a job's steps in order, or goes on where an earlier process stopped.
   *
   * @returns the ended state; that of a run which ended earlier is returned as it is.
   * @throws the reason of `plan.signal` when that is aborted: the run stays unended and can be taken up again.
   */
  start<Deps>(plan: RunPlan<Deps>): Promise<RunState>;
  /** Puts a value into the run's memory, for the steps that look at it. @throws LabwrightError `not_found` */
  signal(runId: string, name: string, value: Json): void;
  /** Kills a run, also one that nobody runs now: it ends when it is taken up. @throws LabwrightError `not_found` */
  cancel(runId: string, reason: string): void;
  /** @returns undefined for a run never started here. */
  query(runId: string): RunState | undefined;
  /** Events after a sequence number, in order; the first has number 1. */
  history(runId: string, afterSeq: number): readonly JournaledEvent[];
}

export interface RunPlan<Deps> {
  readonly runId: string;
  /** The job's name; first part of every step's `stepId`. */
  readonly name: string;
  readonly steps: readonly Step<Deps>[];
  readonly deps: Deps;
  readonly clock: Clock;
  /** Used when the run is new. */
  readonly memory: Memory;
  /** Values that no line, error or memory may show. */
  readonly secrets: readonly string[];
  /** True in a rehearsal: `job_ended` then says how much simulated time passed. */
  readonly simulated: boolean;
  /** Aborted when the lease is lost or the process stops; not how a job is cancelled. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournaledEvent) => void;
}

export type RunState =
  | { readonly status: 'running'; readonly steps: readonly StepState[]; readonly memory: Memory }
  | { readonly status: 'success'; readonly steps: readonly StepState[]; readonly memory: Memory }
  | { readonly status: 'failure' | 'error' | 'killed'; readonly steps: readonly StepState[]; readonly memory: Memory; readonly error: JobError };

export type StepState =
  | { readonly id: string; readonly status: 'pending' | 'running' | 'success' | 'failure' | 'cancelled' }
  | { readonly id: string; readonly status: 'waiting'; readonly on: WaitingOn };

/** An event with what makes its repeated delivery harmless (`id`) and ordered (`seq`, per run). */
export interface JournaledEvent {
  readonly id: string;
  readonly runId: string;
  readonly seq: number;
  readonly atMs: number;
  readonly event: JobEvent;
}
