import type { PlanChange } from '../../lab/plan.ts';
import type { Difference } from './difference.ts';
import type { Host } from '../doors/lab-hosts.ts';

/** One difference between the plan and a host as found, with what takes it away. */
export interface Change extends PlanChange {
  readonly on: string;
  /** What `--target` may name beside the host. */
  readonly machine?: string;
  readonly cluster?: string;
  /** It was as planned when labwright made it, and was changed since; otherwise the plan is what changed, or that is not known. */
  readonly byHand?: boolean;
  readonly differences?: readonly Difference[];
  readonly act: (host: Host, signal: AbortSignal) => Promise<void>;
}

/** The part of a change that is shown and stored. */
export function shown({ action, kind, name, on, consequence, detail }: Change): PlanChange & { readonly on: string } {
  return { action, kind, name, on, consequence, detail };
}

/** `server1: create machine tiny1-master-0 (reason)` */
export function sentenceOf(change: Pick<Change, 'on' | 'action' | 'kind' | 'name' | 'consequence' | 'detail'>): string {
  const risk = change.consequence === 'none' ? '' : ` [${change.consequence}]`;
  return `${change.on}: ${change.action} ${change.kind} ${change.name}: ${change.detail}${risk}`;
}
