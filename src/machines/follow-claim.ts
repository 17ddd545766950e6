import { isClaimed } from '../lab/claims/change-claims.ts';
import type { ClaimsFile } from '../lab/claims/claims-file.ts';
import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { asLoaded } from './apply-lab.ts';
import type { ClaimsStore } from './claims-store.ts';
import type { Host } from './doors/lab-hosts.ts';
import { jumphostChanges, observeJumphost } from './jumphost.ts';
import { workOff, type ChangeResult, type Progress } from './work-off.ts';

/** Makes DHCP and DNS those of whoever holds the machines of a cluster now. @returns what was changed for that. */
export type FollowClaim = (plan: LabPlan, cluster: string, signal: AbortSignal) => Promise<readonly ChangeResult[]>;

export interface ClaimRequest {
  readonly kind: 'claim' | 'release';
  readonly cluster: string;
  readonly by: string;
}

export interface FollowedClaim {
  readonly changed: boolean;
  readonly fence: number;
  readonly records: readonly ChangeResult[];
}

/**
 * Claims or releases the machines of a cluster, and lets their names follow at once; the claim is taken back when they
 * cannot.
 *
 * @throws LabwrightError `conflict` naming the holders, or what `follow` throws.
 */
export async function changeClaim(
  deps: { readonly claims: ClaimsStore; readonly follow: FollowClaim },
  plan: LabPlan,
  { kind, cluster, by }: ClaimRequest,
  signal: AbortSignal,
): Promise<FollowedClaim> {
  const { claims, changed, fence } = deps.claims[kind](plan, cluster, by);
  try {
    return { changed, fence, records: await deps.follow(planAsClaimed(plan, claims), cluster, signal) };
  } catch (error) {
    if (changed) deps.claims[kind === 'claim' ? 'release' : 'claim'](plan, cluster, `${by}, taken back`);
    throw error;
  }
}

/** The plan with every cluster as active as the claims say. */
function planAsClaimed(plan: LabPlan, claims: ClaimsFile): LabPlan {
  return { ...plan, clusters: plan.clusters.map((cluster) => ({ ...cluster, active: isClaimed(claims, cluster) })) };
}

/**
 * Follows claims on the jumphost: reservations, node names, PTR, api, api-int and apps of the cluster and of those it shares
 * machines with, and nothing else. A candidate is tested first and what is served is asked afterwards; otherwise the former
 * files are put back. A lab that was never applied has nothing to follow.
 *
 * @throws LabwrightError `unreachable`, `refused` with dnsmasq's words.
 */
export function followOn(jumphost: Host, progress: Progress): FollowClaim {
  return async (plan, cluster, signal) => {
    const state = await observeJumphost(jumphost.exec, plan, signal);
    if (state.dnsmasq.loaded === undefined && state.files.size === 0) return [];
    const names = sharers(plan, cluster);
    const changes = jumphostChanges(plan, state, (change) => change.kind === 'dnsmasq' || (change.cluster !== undefined && names.has(change.cluster)));
    const results = asLoaded(await workOff(jumphost, changes, progress, signal));
    const failure = results.find((one) => one.status === 'failed');
    if (failure?.status === 'failed') {
      const { code, message, hint } = failure.error;
      throw new LabwrightError(code === 'unreachable' ? 'unreachable' : 'refused', message, { ...(hint !== undefined && { hint }) });
    }
    return results;
  };
}

/** The cluster, and every one that stands on a machine of its. */
function sharers(plan: LabPlan, name: string): ReadonlySet<string> {
  const machines = new Set(plan.clusters.find((one) => one.name === name)?.nodes.map(({ machine }) => machine));
  return new Set(plan.clusters.filter(({ nodes }) => nodes.some(({ machine }) => machines.has(machine))).map((one) => one.name));
}
