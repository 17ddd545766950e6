import { clusterOf, heldByOthers, holdersOf, isClaimed } from '../lab/claims/change-claims.ts';
import { claimOf, type ClaimsFile } from '../lab/claims/claims-file.ts';
import type { LabPlan, PlannedMachine } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';

/**
 * The VMs that a reset of a cluster or of one machine means.
 *
 * @throws LabwrightError `conflict` when another cluster, or a job, holds one of them; `bad_input` for an unknown name, or bare
 * metal only.
 */
export function resetTargets(plan: LabPlan, claims: ClaimsFile, name: string): readonly PlannedMachine[] {
  const one = plan.machines.find((machine) => machine.name === name);
  const names = one ? [one.name] : clusterOf(plan, name).nodes.map(({ machine }) => machine);
  if (!one) {
    const holders = holdersOf(plan, claims, clusterOf(plan, name));
    if (holders.length > 0) throw heldByOthers(name, holders);
  }
  for (const cluster of plan.clusters) {
    const claim = claimOf(claims, cluster.name);
    const held = isClaimed(claims, cluster) ? cluster.nodes.find(({ machine }) => names.includes(machine)) : undefined;
    if (held === undefined || claim === undefined || !claim.by.startsWith('job ')) continue;
    throw new LabwrightError('conflict', `${held.machine} is held by ${cluster.name}, which ${claim.by} claimed at ${claim.at}`, {
      hint: `let a job do it (action: redeploy), or take its claim away first: labwright lab release ${cluster.name} --lab PATH`,
    });
  }
  const machines = plan.machines.filter((machine) => machine.kind === 'vm' && names.includes(machine.name));
  if (machines.length > 0) return machines;
  throw new LabwrightError('bad_input', `${name} is bare metal: it has no disk and no NVRAM that labwright made`, {
    hint: 'its installation boots it once from the image; wipe its disks there',
  });
}
