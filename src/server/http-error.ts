import { LabwrightError, type ErrorCode, type ErrorDetails } from '../util/errors.ts';

/** An answer of DCI's API that its clients know by status and text: 412 has no error code of its own. */
export class HttpError extends LabwrightError {
  readonly status: number;
  readonly payload: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, payload: Readonly<Record<string, unknown>> = {}, details: ErrorDetails = {}) {
    super(codes[status] ?? 'refused', message, details);
    this.status = status;
    this.payload = payload;
  }
}

const codes: Readonly<Record<number, ErrorCode>> = { 400: 'bad_input', 401: 'unauthorized', 403: 'forbidden', 404: 'not_found', 409: 'conflict' };

export function isHttpError(error: unknown): error is HttpError {
  return error instanceof HttpError;
}
