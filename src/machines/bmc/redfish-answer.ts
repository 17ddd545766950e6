import { isLabwrightError, messageOf } from '../../util/errors.ts';

/** What a request gets back; without a body it is a 204. */
export interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly location?: string;
}

/** A request, as far as the routes look at it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Reads it the first time. `{}` for none, which clients send with some actions. */
  readonly body: () => Promise<unknown>;
  readonly cause: string | null;
}

export function done(): Answer {
  return { status: 204 };
}

export function get(call: Call, body: object): Answer {
  return call.method === 'GET' || call.method === 'HEAD' ? { status: 200, body } : refused(405, `${call.method} is not served here`);
}

export function notFound(path: string): Answer {
  return refused(404, `there is no ${path}`);
}

export function unauthorized(): Answer {
  return refused(401, 'these credentials do not open this machine');
}

/** Redfish's error object (DSP0266 §8.6). */
export function refused(status: number, message: string): Answer {
  return {
    status,
    body: { error: { code: 'Base.1.0.GeneralError', message, '@Message.ExtendedInfo': [{ MessageId: 'Base.1.0.GeneralError', Message: message }] } },
  };
}

/** What was thrown, as an answer. */
export function failure(error: unknown): Answer {
  const code = isLabwrightError(error) ? error.code : undefined;
  if (code === 'bad_input') return refused(400, messageOf(error));
  return refused(code === 'conflict' || code === 'refused' ? 409 : 500, messageOf(error));
}
