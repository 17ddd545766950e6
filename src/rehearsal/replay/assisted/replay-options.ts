import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Admit } from '../../api/write/admission.ts';

/** What no script says: when, within their periods, the recorded monitors looked, and how long inventories took. A test tries some. */
export interface Timing {
  readonly hostMs: number;
  readonly clusterMs: number;
  readonly inventoryMs?: number;
}

/** Attempts at the admission webhooks, in the cases that have them. */
export interface Requests {
  readonly admit: Admit;
  readonly make: (kube: KubeClient, phase: string) => Promise<void>;
}
