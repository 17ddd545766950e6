import type { LabPlan } from '../../lab/plan.ts';
import type { Host } from '../doors/lab-hosts.ts';
import type { PrepareFacts } from './prepare-facts.ts';

/** What a host is made to be. */
export type HostRole = 'hypervisor' | 'jumphost';

/** A host that is prepared, and the lab it is for. */
export interface Target {
  readonly plan: LabPlan;
  readonly host: string;
  readonly role: HostRole;
}

/** One thing that a host needs before the lab can be applied to it. */
export interface Requirement {
  /** Lasting, for `--skip` and for scripts. */
  readonly id: string;
  readonly roles: readonly HostRole[];
  /** What goes wrong without it. */
  readonly why: string;
  /** What is missing, in few words; undefined when nothing is. */
  readonly missing: (facts: PrepareFacts, target: Target) => string | undefined;
  /** Makes it. @throws LabwrightError `refused` where only a person can. */
  readonly make: (facts: PrepareFacts, target: Target) => (host: Host, signal: AbortSignal) => Promise<void>;
  /** `live` when others on the host notice. Default: none. */
  readonly consequence?: 'live';
}
