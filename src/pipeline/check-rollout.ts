import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import type { Jobdef } from './jobdef.ts';

/** Do the clusters of a job that names several fit together: spokes of one hub, canaries among them, an action that takes several? */
export function checkRollout(job: Jobdef, cluster: PlannedCluster, plan: LabPlan): Diagnostic[] {
  const { clusters = [], canaries, driver } = job.rollout;
  const found: Diagnostic[] = [];
  const error = (id: string, key: string, message: string, hint: string): void => {
    found.push({ id, severity: 'error', message, hint, at: job.at(key) });
  };
  const takesSeveral = job.action === 'upgrade' || job.action === 'policies';
  if (clusters.length > 0 && !takesSeveral)
    error('one-cluster', 'clusters', `action ${job.action ?? ''} acts on one cluster`, 'write cluster: NAME, and a job for each');
  if (driver !== undefined && job.action !== 'upgrade') error('no-driver', 'driver', `action ${job.action ?? ''} has no drivers`, 'leave driver away');
  for (const name of clusters) {
    const other = plan.clusters.find((one) => one.name === name);
    if (other === undefined)
      error(
        'unknown-cluster',
        'clusters',
        `lab ${plan.lab} has no cluster ${name}`,
        `write clusters: with some of: ${plan.clusters.map((one) => one.name).join(', ')}`,
      );
    else if (other.role !== 'spoke' || other.hub !== cluster.hub)
      error('other-hub', 'clusters', `${name} is no spoke of ${cluster.hub ?? 'the same hub'}`, 'put clusters of another hub into a job of their own');
  }
  const own = clusters.length === 0 ? [cluster.name] : clusters;
  for (const name of canaries.filter((one) => !own.includes(one)))
    error('unknown-canary', 'canaries', `canary ${name} is none of the job’s clusters`, `name some of: ${own.join(', ')}`);
  return found;
}
