import type { KubeClient } from '../../kube/kube-client.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext, WaitingOn } from '../../util/step.ts';
import { createSymptomWatch } from '../watch-symptoms.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import type { Target } from './release.ts';
import { HEALTH_KINDS } from './spoke-health.ts';
import { progressOf, STALL_MS, UPDATE_RULES, updateStage } from './update-stage.ts';

/** A single node restarts with its API; longer than this it is not restarting. */
const AWAY_MS = 40 * 60_000;
const AWAY_PAUSE_MS = 30_000;

/** What follows one cluster's update: the cluster itself, and how to say what it waits for. */
export interface Followed {
  readonly name: string;
  readonly kube: KubeClient;
  readonly context: Pick<StepContext, 'clock' | 'signal' | 'waiting' | 'progress'>;
}

/**
 * Follows an update on the cluster itself until it runs the target and is healthy.
 *
 * @throws StepFailed with the object, condition and message that end it: refused, paused, degraded, standing still, or away.
 */
export async function followUpdate(
  { name, kube, context }: Followed,
  target: Target,
  { stallMs = STALL_MS }: { readonly stallMs?: number } = {},
): Promise<void> {
  const { clock, signal } = context;
  const diagnose = createSymptomWatch(UPDATE_RULES);
  let progress = { text: '', sinceMs: clock.now() };
  let awaySinceMs: number | undefined;
  const look = (seen: Parameters<typeof updateStage>[0]): Look<undefined> => {
    awaySinceMs = undefined;
    const nowMs = clock.now();
    const stage = updateStage(seen, target);
    if ('met' in stage) return stage;
    context.waiting(stage.on);
    if (stage.percent !== undefined) context.progress(stage.percent);
    const diagnosis = diagnose(seen, nowMs);
    if (diagnosis.status === 'refused') {
      const { object, condition, reason, message } = diagnosis.symptom;
      throw new StepFailed('refused', { object, condition, reason, message }, { hint: `on ${name}: ${diagnosis.hint}` });
    }
    const text = progressOf(seen);
    if (text !== progress.text) progress = { text, sinceMs: nowMs };
    const stallInMs = progress.sinceMs + stallMs - nowMs;
    if (stallInMs <= 0) throw standsStill(name, stage.on);
    const againMs = Math.min(stallInMs, diagnosis.againMs ?? stallInMs);
    return { againMs: Number.isFinite(againMs) ? againMs : undefined };
  };
  for (;;) {
    try {
      await watchUntil({ kube, clock, signal }, HEALTH_KINDS, look);
      return context.waiting(undefined);
    } catch (error) {
      if (!isLabwrightError(error) || error.code !== 'unreachable' || error instanceof StepFailed) throw error;
      awaySinceMs ??= clock.now();
      const on: WaitingOn = { object: name, condition: 'readyz', reason: 'Unreachable', message: error.message };
      if (clock.now() - awaySinceMs >= AWAY_MS)
        throw new StepFailed('unreachable', on, { cause: error, hint: `see the console of the machines of ${name}: they restart into the new release` });
      context.waiting(on);
      await clock.sleep(AWAY_PAUSE_MS, signal);
    }
  }
}

function standsStill(name: string, on: WaitingOn): StepFailed {
  const hint = `on ${name} nothing has moved for ${STALL_MS / 60_000} minutes: oc get clusterversion,co,mcp,nodes shows what it waits for`;
  return new StepFailed('timed_out', on, { hint });
}
