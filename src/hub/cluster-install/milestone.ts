import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext, WaitingOn } from '../../util/step.ts';

/** Where a milestone stands: met, still waited for, or out of reach. */
export type Milestone =
  /** `evidence`: what was seen, for the job's log. */
  | { readonly status: 'met'; readonly evidence?: string }
  /** `silent`: nobody answered, so whoever looks must look elsewhere too. */
  | { readonly status: 'waiting'; readonly on: WaitingOn; readonly percent?: number; readonly silent?: boolean }
  | { readonly status: 'refused'; readonly on: WaitingOn; readonly hint: string };

export const MET: Milestone = { status: 'met' };

/** Nothing can be watched before there is an API. */
const LOOK_MS = 20_000;

/** Looks again and again until the milestone is met, and says meanwhile what it waits for. @throws StepFailed when it is out of reach. */
export async function reach({ clock, signal, waiting, progress, log }: StepContext, look: () => Promise<Milestone>): Promise<void> {
  for (;;) {
    const now = await look();
    if (now.status === 'refused') throw new StepFailed('refused', now.on, { hint: now.hint });
    if (now.status === 'met') {
      if (now.evidence !== undefined) log(now.evidence);
      return waiting(undefined);
    }
    waiting(now.on);
    if (now.percent !== undefined) progress(now.percent);
    await clock.sleep(LOOK_MS, signal);
  }
}

export function waitingFor(object: string, condition: string, reason: string, message: string, percent?: number): Extract<Milestone, { status: 'waiting' }> {
  return { status: 'waiting', on: { object, condition, reason, message }, ...(percent === undefined ? {} : { percent }) };
}
