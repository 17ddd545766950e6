import { sqlState } from '../db/transaction.ts';
import { isLabwrightError, messageOf, type ErrorCode } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { isHttpError } from './http-error.ts';

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

/** DCI's error shape (reference/dci-control-server.md §2.2); a stable `code` and what to do next are in its payload, where clients look for details. */
export function errorResponse(error: unknown, log: Log): Response {
  if (isHttpError(error)) return answer(error.status, error.message, error.payload, { code: error.code, hint: error.hint });
  if (isLabwrightError(error)) return answer(STATUS[error.code], error.message, {}, { code: error.code, hint: error.hint });
  const state = sqlState(error);
  // Data exceptions, for example text that is no uuid or number: the client's mistake, found by the database.
  if (state?.startsWith('22') === true) return answer(400, messageOf(error), {}, { code: 'bad_input' });
  log.error({ err: error }, 'a request failed');
  return answer(500, 'internal error', {}, { code: 'internal', hint: 'read the log of the control server' });
}

function answer(
  status: number,
  message: string,
  payload: Readonly<Record<string, unknown>>,
  more: { readonly code: string; readonly hint?: string | undefined },
): Response {
  return Response.json({ message, payload: { ...payload, ...more }, status_code: status }, { status });
}
