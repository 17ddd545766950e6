import type { LabPlan } from '../lab/plan.ts';
import { differences, type LabDeps } from './apply-lab.ts';
import type { Difference } from './changes/difference.ts';
import { observeLab } from './changes/observe-lab.ts';
import { targetFilter } from './targets.ts';
import type { Failure } from './work-off.ts';

export interface LabDrift {
  readonly lab: string;
  readonly drift: readonly Drift[];
  /** Differences that come with the plan and were not applied yet. */
  readonly notApplied: number;
  readonly failures: readonly Failure[];
  readonly unseen: readonly Failure[];
}

/** One thing that was as planned and is not any more. */
export interface Drift extends Difference {
  readonly on: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * What was changed behind labwright's back: found by the marks on what it made (a domain's spec, the hash of what dnsmasq has
 * loaded), so that a plan that moved on is not taken for it. Changes nothing.
 */
export async function labDrift(deps: Pick<LabDeps, 'hosts'>, plan: LabPlan, signal: AbortSignal): Promise<LabDrift> {
  const servers = plan.servers.map(({ name }) => name);
  const state = await observeLab(deps.hosts, plan, servers, signal);
  const found = differences(plan, state, targetFilter(plan, []));
  const changes = [...found.servers, ...found.jumphost, ...found.starts];
  const drift = changes.flatMap(({ on, kind, name, byHand, differences: all = [] }) => (byHand ? all.map((one) => ({ on, kind, name, ...one })) : []));
  const notApplied = changes.filter(({ byHand, kind }) => !byHand && kind !== 'dnsmasq').length;
  return { lab: plan.lab, drift, notApplied, failures: state.failures, unseen: state.unseen };
}
