import type { JobError, JobEvent } from '../contract/agent.ts';
import type { Clock } from '../util/clock.ts';
import { isLabwrightError, LabwrightError, messageOf } from '../util/errors.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { Memory, Step, WaitingOn } from '../util/step.ts';
import type { Change, Journal } from './journal.ts';
import { redactJson, secretLines } from './redact-json.ts';
import type { RunPlan, RunState } from './run-engine.ts';

/** How long an aborted step may take to let go before the job ends without it. */
const GRACE_MS = 30_000;

type Outcome = { readonly status: 'success'; readonly memory: Memory } | { readonly status: 'failed'; readonly error: unknown };
type Write = (event: JobEvent, change?: Change) => void;

/**
 * Runs the steps that have not ended, in order, until one fails or the job is cancelled.
 *
 * Every event is in the journal before the listener sees it. `cancelled` kills the job; `plan.signal` only stops this
 * process's work on it.
 */
export async function runSteps<Deps>(journal: Journal, plan: RunPlan<Deps>, cancelled: AbortSignal): Promise<RunState> {
  const { runId, clock } = plan;
  const secrets = secretLines(plan.secrets);
  const stepIds = plan.steps.map((step) => step.id);
  const write: Write = (event, change = {}) => {
    const safe = redactJson(event, secrets, ['type', 'status', 'step', 'id']);
    plan.onEvent(journal.append(runId, clock.now(), safe, redactJson(change, secrets, ['status', 'step', 'id'])));
  };
  const end = (status: 'success' | 'failure' | 'error' | 'killed', error: JobError | null): RunState => {
    const safe = redactJson(error, secrets, ['step']);
    const simulatedMs = plan.simulated ? clock.now() - journal.startedMs(runId) : null;
    write({ type: 'job_ended', status, error: safe, simulatedMs }, { end: { status, error: safe } });
    return journal.state(runId)!;
  };

  const isNew = journal.open(runId, stepIds, redactJson(plan.memory, secrets), clock.now());
  const before = journal.state(runId)!;
  if (before.status !== 'running') return before;
  if (isNew) write({ type: 'job_started' });
  if (isNew) write({ type: 'steps_planned', steps: plan.steps.map(({ id, title }) => ({ id, title })) });

  const ended = new Set(before.steps.filter((step) => step.status === 'success').map((step) => step.id));
  for (const step of plan.steps) {
    if (ended.has(step.id)) continue;
    plan.signal.throwIfAborted();
    if (cancelled.aborted) return end('killed', errorOf(cancelled.reason, step.id));
    write({ type: 'step_started', step: step.id }, { step: { id: step.id, status: 'running' } });
    const outcome = await runStep({ journal, plan, write, secrets }, step, cancelled);
    if (outcome.status === 'success') {
      write(
        { type: 'step_ended', step: step.id, status: 'success' },
        { step: { id: step.id, status: 'success' }, memory: redactJson(outcome.memory, secrets) },
      );
      continue;
    }
    plan.signal.throwIfAborted();
    const status = cancelled.aborted ? 'cancelled' : 'failure';
    write({ type: 'step_ended', step: step.id, status }, { step: { id: step.id, status } });
    if (cancelled.aborted) return end('killed', errorOf(cancelled.reason, step.id));
    return end(isStepFailed(outcome.error) ? 'failure' : 'error', errorOf(outcome.error, step.id));
  }
  return end('success', null);
}

interface StepDeps<Deps> {
  readonly journal: Journal;
  readonly plan: RunPlan<Deps>;
  readonly write: Write;
  readonly secrets: readonly string[];
}

/** The limit sleeps on the job's clock, which a request in `clock.during` holds: it cannot pass while one is in flight. */
async function runStep<Deps>({ journal, plan, write, secrets }: StepDeps<Deps>, step: Step<Deps>, cancelled: AbortSignal): Promise<Outcome> {
  const { clock, runId } = plan;
  const over = new AbortController();
  const limit = new AbortController();
  const signal = AbortSignal.any([plan.signal, cancelled, limit.signal]);
  let waitingOn: WaitingOn | undefined;
  const whileRunning: Write = (event, change) => {
    if (!over.signal.aborted) write(event, change);
  };
  const waiting = (on: WaitingOn | undefined): void => {
    if (JSON.stringify(on) === JSON.stringify(waitingOn)) return;
    waitingOn = on;
    const safe = on && redactJson(on, secrets);
    whileRunning(
      { type: 'step_waiting', step: step.id, on: safe ?? null },
      { step: safe ? { id: step.id, status: 'waiting', on: safe } : { id: step.id, status: 'running' } },
    );
  };
  const stepRun = async (): Promise<Outcome> => {
    try {
      const memory = await step.run(plan.deps, {
        stepId: `${plan.name}/${step.id}`,
        clock,
        signal,
        get memory() {
          return journal.memory(runId);
        },
        log: (text) => whileRunning({ type: 'log', step: step.id, text }),
        waiting,
        progress: (percent) => whileRunning({ type: 'step_progress', step: step.id, percent }),
      });
      return { status: 'success', memory: memory ?? {} };
    } catch (error) {
      return { status: 'failed', error: signal.aborted ? signal.reason : await causeOf(error, clock) };
    }
  };
  const letGo = new Promise<Outcome>((resolve) => {
    const onAbort = (): void => {
      clock.sleep(GRACE_MS, over.signal).then(
        () => resolve({ status: 'failed', error: signal.reason }),
        () => undefined,
      );
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  clock.sleep(step.limitMs, over.signal).then(
    () => limit.abort(late(step, waitingOn)),
    () => undefined,
  );
  const outcome = await Promise.race([stepRun(), letGo]);
  over.abort(new LabwrightError('cancelled', `${step.id} is over`));
  return outcome;
}

/** A rehearsal's world that has ended answers nobody: what says so is its clock, not the request that failed first. */
async function causeOf(error: unknown, clock: Clock): Promise<unknown> {
  if (!isLabwrightError(error) || error.code !== 'unreachable') return error;
  return clock.sleep(0).then(
    () => error,
    (ended: unknown) => ended,
  );
}

function late(step: { readonly id: string; readonly title: string; readonly limitMs: number }, on: WaitingOn | undefined): StepFailed {
  const waitedFor = on ?? { object: step.id, condition: 'Ended', reason: 'Late', message: `${step.title} said nothing about what it waits for` };
  return new StepFailed('timed_out', waitedFor, { hint: `the limit of ${step.limitMs / 1000} s passed; look at ${waitedFor.object}` });
}

function isStepFailed(error: unknown): error is StepFailed {
  return isLabwrightError(error) && 'on' in error;
}

function errorOf(error: unknown, step: string): JobError {
  const hint = isLabwrightError(error) ? (error.hint ?? null) : null;
  if (isStepFailed(error)) return { ...error.on, step, hint };
  const reason = isLabwrightError(error) ? error.code : 'error';
  return { object: step, condition: 'Ended', reason, message: messageOf(error), step, hint };
}
