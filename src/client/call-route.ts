import * as z from 'zod';
import type { RouteContract } from '../contract/route.ts';
import type { Clock } from '../util/clock.ts';
import { LabwrightError, messageOf, type ErrorCode } from '../util/errors.ts';
import { authorizationHeaders, type Credentials } from './sign-request.ts';

export interface Target {
  readonly url: string;
  readonly credentials: Credentials;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** What a call takes: the contract's params and body, where it has them. */
export type CallInput<Params, Body> = (unknown extends Params ? object : { readonly params: Params }) &
  (unknown extends Body ? object : { readonly body: Body });

/** @throws LabwrightError `unreachable` when no answer came, else the code the server gave. */
export async function callRoute<Answer>(
  target: Target,
  contract: RouteContract<unknown, unknown, unknown, Answer>,
  input: { readonly params?: unknown; readonly body?: unknown },
  signal?: AbortSignal,
): Promise<Answer> {
  const path = pathOf(contract.path, (input.params ?? {}) as Record<string, string>);
  const body = contract.body === undefined ? '' : JSON.stringify(input.body);
  const response = await send(target, { method: contract.method, path, body, headers: {} }, signal);
  return contract.response.parse(await response.json());
}

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends one signed request; an answer that is no success is thrown. */
export async function send(target: Target, request: Outgoing, signal?: AbortSignal): Promise<Response> {
  const { method, path, body } = request;
  const url = new URL(target.url.replace(/\/$/, '') + path);
  const headers = { ...request.headers, ...authorizationHeaders(target.credentials, { method, url, body, nowMs: target.clock.now() }) };
  let response: Response;
  try {
    response = await target.fetch(url, {
      method,
      headers: body === '' ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === '' ? {} : { body }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
    throw new LabwrightError('unreachable', `no answer from the control server at ${url.origin}: ${cause}`, {
      hint: 'is it running, and is the URL right?',
      cause: error,
    });
  }
  if (!response.ok) throw await errorOf(response, `${method} ${path}`);
  return response;
}

export function pathOf(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

const ErrorBody = z.object({ message: z.string(), payload: z.object({ code: z.string().optional(), hint: z.string().optional() }) });

async function errorOf(response: Response, what: string): Promise<LabwrightError> {
  const text = await response.text();
  const parsed = ErrorBody.safeParse(jsonOrNull(text));
  if (!parsed.success) return new LabwrightError('refused', `${what}: ${response.status} ${text.slice(0, 200)}`);
  const { message, payload } = parsed.data;
  const code = CODES.find((one) => one === payload.code) ?? (response.status >= 500 ? 'unreachable' : 'refused');
  return new LabwrightError(code, message, payload.hint === undefined ? {} : { hint: payload.hint });
}

/** Codes a server may send; the rest of them only happen on this side. */
const CODES: readonly ErrorCode[] = ['bad_input', 'unauthorized', 'forbidden', 'not_found', 'conflict', 'lease_lost', 'refused', 'cancelled', 'timed_out'];

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
