/** Everything the product can say went wrong. The HTTP status and the exit code are derived from `code` in one place each. */
export type ErrorCode =
  | 'bad_input'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'lease_lost'
  | 'unreachable'
  | 'exec_failed'
  | 'refused'
  | 'timed_out'
  | 'cancelled';

export interface ErrorDetails {
  /** What to do next, in the imperative: "free a slot or widen the network". */
  readonly hint?: string;
  /** Where in a user's file, when the cause is there. */
  readonly at?: FilePosition;
  readonly cause?: unknown;
}

export interface FilePosition {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export class LabwrightError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: FilePosition | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'LabwrightError';
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
  }
}

/** By name, because `instanceof` fails across two copies of the module (a bundle beside sources). */
export function isLabwrightError(error: unknown): error is LabwrightError {
  return error instanceof Error && error.name === 'LabwrightError';
}

/** Exit codes of every command: 0 done, 1 it was tried and failed, 2 a mistake in the input, 130 interrupted. */
export function exitCodeOf(error: unknown): number {
  if (!isLabwrightError(error)) return 1;
  if (error.code === 'bad_input') return 2;
  return error.code === 'cancelled' ? 130 : 1;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
