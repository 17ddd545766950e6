import { realSleep } from '../util/clock.ts';
import { isLabwrightError } from '../util/errors.ts';
import type { Step } from '../util/step.ts';
import { untilAborted } from '../util/until-aborted.ts';
import type { LabDoors } from './lab-doors.ts';

/** A connection that broke may be noticed this much earlier than why. */
const NEWS_MS = 300;

/** The same steps, but one that fails because a rehearsal's world has ended says so, and not which connection was refused. */
export function blameLostDoors<Deps>(steps: readonly Step<Deps>[], { lost, clock }: Pick<LabDoors, 'lost' | 'clock'>): readonly Step<Deps>[] {
  if (!lost) return steps;
  return steps.map((step) => ({
    ...step,
    async run(deps, context) {
      try {
        return await step.run(deps, context);
      } catch (error) {
        const brokenOff = !isLabwrightError(error) || error.code === 'unreachable';
        if (brokenOff && !context.signal.aborted) await clock.during(Promise.race([untilAborted(lost), realSleep(NEWS_MS)]));
        throw lost.aborted ? lost.reason : error;
      }
    },
  }));
}
