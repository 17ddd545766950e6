import type { Traffic } from '../clock/traffic.ts';
import type { Interfere, Trouble } from './interfere.ts';
import type { Authenticate, User } from './access/authenticate.ts';
import type { Registry } from './kinds/registry.ts';
import type { Json } from './json.ts';
import type { Form } from './negotiate.ts';
import type { WriteDeps } from './write/target.ts';
import type { ApiRequest, ApiResponse } from './parties.ts';

/** A mutating request, as the world's log keeps it. */
export interface Mutation {
  /** When it was answered, by the injected clock. */
  readonly atMs: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly user: string;
  /** Id of the step that asked (CAUSE_HEADER). */
  readonly cause: string | null;
  readonly participant: string | undefined;
  readonly status: number;
  /** resourceVersion of the object it answered with; a write that changed nothing answers with the one from before. */
  readonly version: string | null;
}

export interface HandlerDeps extends WriteDeps {
  readonly traffic: Traffic;
  readonly registry: Registry;
  readonly authenticate: Authenticate;
  readonly interfere: Interfere | undefined;
  readonly onMutation: ((mutation: Mutation) => void) | undefined;
}

/** One request under way. */
export interface Exchange {
  readonly request: ApiRequest;
  readonly response: ApiResponse;
  readonly user: User;
  readonly form: Form;
  readonly participant: string | undefined;
  /** What ends its watch. */
  readonly trouble: Trouble | undefined;
  /** To be called with what a write has stored, or found to be so already. */
  readonly wrote: (object: Json) => void;
  /** To be called when the answer, or the head of a watch, has been sent. */
  readonly answered: () => void;
}
