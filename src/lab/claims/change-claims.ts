import { closest } from '../../util/closest.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { LabPlan, PlannedCluster } from '../plan.ts';
import { claimOf, type ClaimsFile } from './claims-file.ts';

/** Who asks for a change, and when. */
export interface ClaimRequest {
  readonly cluster: string;
  /** `root@jumphost`, `job sno1-install`. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A cluster that holds machines which another one asks for. */
export interface Holder {
  readonly cluster: string;
  readonly machines: readonly string[];
  /** Who made the claim and when; undefined when it is the lab file's. */
  readonly since: { readonly by: string; readonly at: string } | undefined;
}

export interface ClaimChange {
  readonly claims: ClaimsFile;
  /** false: it was so before. */
  readonly changed: boolean;
  /** Number of the claim, for whoever acts under it; 0 for one that the lab file makes. */
  readonly fence: number;
}

/** Active clusters that hold machines which `cluster` stands on, in the plan's order. */
export function holdersOf(plan: LabPlan, claims: ClaimsFile, cluster: PlannedCluster): Holder[] {
  const wanted = new Set(cluster.nodes.map(({ machine }) => machine));
  return plan.clusters.flatMap((other) => {
    if (other.name === cluster.name || !isClaimed(claims, other)) return [];
    const machines = other.nodes.map(({ machine }) => machine).filter((machine) => wanted.has(machine));
    return machines.length === 0 ? [] : [{ cluster: other.name, machines, since: claimOf(claims, other.name) }];
  });
}

/** Does a cluster hold its machines now? What the claims do not say is the plan's. */
export function isClaimed(claims: ClaimsFile, { name, active }: PlannedCluster): boolean {
  return claimOf(claims, name)?.claimed ?? active;
}

/**
 * A cluster takes all its machines, or none.
 *
 * @throws LabwrightError `bad_input`; `conflict` naming every cluster that holds one of them, and what to do.
 */
export function claimCluster(plan: LabPlan, claims: ClaimsFile, request: ClaimRequest): ClaimChange {
  const cluster = clusterOf(plan, request.cluster);
  const holders = holdersOf(plan, claims, cluster);
  if (holders.length > 0) throw heldByOthers(cluster.name, holders);
  if (isClaimed(claims, cluster)) return { claims, changed: false, fence: claimOf(claims, cluster.name)?.fence ?? 0 };
  return changeTo(claims, request, true);
}

/**
 * A cluster gives its machines up.
 *
 * @throws LabwrightError `bad_input`.
 */
export function releaseCluster(plan: LabPlan, claims: ClaimsFile, request: ClaimRequest): ClaimChange {
  const cluster = clusterOf(plan, request.cluster);
  if (!isClaimed(claims, cluster)) return { claims, changed: false, fence: claimOf(claims, cluster.name)?.fence ?? 0 };
  return changeTo(claims, request, false);
}

/** @throws LabwrightError `bad_input`, with the name that was meant. */
export function clusterOf(plan: LabPlan, name: string): PlannedCluster {
  const found = plan.clusters.find((one) => one.name === name);
  if (found) return found;
  const known = plan.clusters.map((one) => one.name);
  const near = closest(name, known);
  throw new LabwrightError('bad_input', `lab ${plan.lab} has no cluster ${name}`, {
    hint: near === undefined ? `name one of: ${known.join(', ')}` : `did you mean ${near}?`,
  });
}

/** The refusal of a claim; says all holders at once. */
export function heldByOthers(cluster: string, holders: readonly Holder[]): LabwrightError {
  const held = holders.map((holder) => `${someOf(holder.machines)} by ${holder.cluster}${sinceText(holder)}`);
  const releases = holders.map((holder) => `labwright lab release ${holder.cluster} --lab PATH`);
  return new LabwrightError('conflict', `${cluster} cannot have its machines: ${held.join('; ')}`, {
    hint: `when ${holders.length === 1 ? 'it is' : 'they are'} not needed any more: ${releases.join(' && ')}, then try again`,
  });
}

function someOf(machines: readonly string[]): string {
  const verb = machines.length === 1 ? 'is' : 'are';
  const names = machines.length > 3 ? `${machines.slice(0, 2).join(', ')} and ${machines.length - 2} more` : machines.join(', ');
  return `${names} ${verb} held`;
}

function sinceText({ since }: Holder): string {
  return since === undefined ? ' (active: in the lab file)' : ` (since ${since.at}, ${since.by})`;
}

function changeTo(claims: ClaimsFile, { cluster, by, at }: ClaimRequest, claimed: boolean): ClaimChange {
  const fence = claims.fence + 1;
  return { claims: { ...claims, fence, clusters: { ...claims.clusters, [cluster]: { claimed, fence, at, by } } }, changed: true, fence };
}
