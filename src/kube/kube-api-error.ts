import type { ErrorCode } from '../util/errors.ts';
import { LabwrightError } from '../util/errors.ts';

/** The parts of metav1.Status that callers read. */
export interface ApiStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** An answer of the API server that is not 2xx. `isLabwrightError` holds for it: the name stays the parent's. */
export class KubeApiError extends LabwrightError {
  readonly status: number;
  /** `Conflict`, `NotFound`, `Invalid`, ...; webhooks may leave it out. */
  readonly reason: string | undefined;
  readonly details: ApiStatus['details'];
  /** The server's own message, without the request. */
  readonly serverMessage: string;

  constructor(request: string, status: number, body: unknown) {
    const answer: ApiStatus = typeof body === 'object' && body !== null ? body : {};
    const conflict = conflictText(answer);
    const text = conflict ?? answer.message ?? (typeof body === 'string' && body !== '' ? body.trim() : `HTTP ${status}`);
    const hint = conflict === undefined ? HINTS[status] : 'let that manager give the fields up, or stop setting them here';
    super(codeOf(status), `${request}: ${text}`, hint === undefined ? {} : { hint });
    this.status = status;
    this.reason = answer.reason;
    this.details = answer.details;
    this.serverMessage = answer.message ?? text;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'its token or certificate has expired or was revoked: get a new kubeconfig, and try it with "kubectl --kubeconfig FILE get --raw /readyz"',
};

export function isKubeApiError(error: unknown): error is KubeApiError {
  return error instanceof LabwrightError && 'status' in error && 'reason' in error;
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 400 || status === 422) return 'bad_input';
  if (status === 504) return 'timed_out';
  return status === 429 || status >= 502 ? 'unreachable' : 'refused';
}

/** @returns who owns which fields, when the answer is a server-side apply conflict. */
function conflictText(answer: ApiStatus): string | undefined {
  const fields = new Map<string, string[]>();
  for (const cause of answer.details?.causes ?? []) {
    if (cause.reason !== 'FieldManagerConflict') continue;
    const manager = /conflict with "([^"]*)"/.exec(cause.message ?? '')?.[1] ?? 'another manager';
    fields.set(manager, [...(fields.get(manager) ?? []), cause.field ?? 'a field']);
  }
  if (fields.size === 0) return undefined;
  return [...fields].map(([manager, names]) => `${names.join(', ')} owned by ${manager}`).join('; ');
}
