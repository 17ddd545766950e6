import type { Clock } from '../../../util/clock.ts';
import type { Resource } from '../kinds/resource.ts';
import type { FieldValidation } from '../schema/decode.ts';
import type { Store } from '../store.ts';
import type { Json } from '../json.ts';
import type { UserWebhooks } from '../webhooks/user-webhooks.ts';
import type { Admit } from './admission.ts';

export interface WriteDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomUuid: () => string;
  readonly admit: Admit | undefined;
  readonly webhooks?: UserWebhooks;
}

/** Where in the API a request points. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** One write: where, by whom, and how. */
export interface Write extends Target {
  /** Name in managedFields. */
  readonly manager: string;
  readonly user: string;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[];
  /** What of the request's options webhooks are told. */
  readonly options?: Json;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly warn: (text: string) => void;
}
