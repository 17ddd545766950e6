import { planIndex } from '../lab/plan-index.ts';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';

/** @throws `not_found` when the plan has no such cluster. */
export function clusterOf(plan: LabPlan, name: string): PlannedCluster {
  const cluster = planIndex(plan).clusters.get(name);
  if (!cluster) throw new LabwrightError('not_found', `the plan has no cluster ${name}`);
  return cluster;
}
