import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';
import { StatusError } from '../status-error.ts';

/** What an admission webhook is asked. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Undefined for DELETE. */
  readonly object: Json | undefined;
  /** Undefined for CREATE. */
  readonly oldObject: Json | undefined;
  readonly resource: Resource;
  readonly subresource: string;
  readonly user: string;
}

/** A webhook's no: its own name, and what it put into the response's status. */
export interface Denial {
  readonly webhook: string;
  readonly message: string;
  /** 400 when the webhook gives none; hooks built with controller-runtime say 403 and Forbidden. */
  readonly code?: number;
  readonly reason?: string;
}

/** Stands in for admission webhooks: asked before every write that passed validation. @returns undefined to let it pass. */
export type Admit = (request: AdmissionRequest) => Promise<Denial | undefined>;

/** @throws StatusError in the words the API server puts around a webhook's denial. */
export async function admitted(admit: Admit | undefined, request: AdmissionRequest): Promise<void> {
  const denial = await admit?.(request);
  if (denial === undefined) return;
  throw new StatusError(denial.code ?? 400, denial.reason ?? '', `admission webhook "${denial.webhook}" denied the request: ${denial.message}`);
}
