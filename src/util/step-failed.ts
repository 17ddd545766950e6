import { LabwrightError, type ErrorCode, type ErrorDetails } from './errors.ts';
import type { WaitingOn } from './step.ts';

/** A step that cannot succeed: which object, which condition, which message. Becomes the job's `error`. */
export class StepFailed extends LabwrightError {
  readonly on: WaitingOn;

  constructor(code: Extract<ErrorCode, 'refused' | 'timed_out' | 'unreachable' | 'conflict'>, on: WaitingOn, details: ErrorDetails = {}) {
    super(code, `${on.object} ${on.condition}: ${on.reason}: ${on.message}`, details);
    this.on = on;
  }
}
