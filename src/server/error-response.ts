import { sqlState } from '../db/transaction.ts';
import { isLabwrightError, messageOf, type ErrorCode } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { isHttpError } from './http-error.ts';
import { sortedJson } from './sorted-json.ts';

/** The one place where an error's code becomes an HTTP status. DCI answers 401 where others say 403. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  bad_input: 400,
  unauthorized: 401,
  forbidden: 401,
  not_found: 404,
  conflict: 409,
  lease_lost: 409,
  refused: 409,
  cancelled: 409,
  timed_out: 504,
  unreachable: 503,
  exec_failed: 500,
};

/**
 * DCI's error shape (reference/dci-control-server.md §2.2). On labwright's own paths a stable `code` and what to do next are in
 * its payload; DCI's clients print the payload they get, so there it stays as they know it.
 */
export function errorResponse(error: unknown, path: string, log: Log): Response {
  const { status, message, payload, code, hint } = described(error, log);
  const more = path.startsWith('/api/v1') ? {} : { code, hint };
  return sortedJson({ message, payload: { ...payload, ...more }, status_code: status }, { status });
}

interface Described {
  readonly status: number;
  readonly message: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly hint?: string | undefined;
}

function described(error: unknown, log: Log): Described {
  if (isHttpError(error)) return { status: error.status, message: error.message, payload: error.payload, code: error.code, hint: error.hint };
  if (isLabwrightError(error)) return { status: STATUS[error.code], message: error.message, payload: {}, code: error.code, hint: error.hint };
  // Data exceptions, for example text that is no uuid or number: the client's mistake, found by the database.
  if (sqlState(error)?.startsWith('22') === true) return { status: 400, message: messageOf(error), payload: {}, code: 'bad_input' };
  log.error({ err: error }, 'a request failed');
  return { status: 500, message: 'internal error', payload: {}, code: 'internal', hint: 'read the log of the control server' };
}
