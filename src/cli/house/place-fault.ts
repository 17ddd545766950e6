import type { RunJob } from '../../contract/runs.ts';
import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import { FAULTS, type Fault } from '../../rehearsal/faults.ts';
import { LabwrightError } from '../../util/errors.ts';
import { isByGitops } from './sites-of-rehearsal.ts';

/** Gives a fault the cluster it hits: its own, or the first spoke that the pipeline installs. One that would never strike is refused. */
export function placeFault(fault: Fault, plan: LabPlan, jobs: readonly RunJob[]): Fault {
  checkPlace(fault, plan);
  const { name } = fault;
  const { anyCluster, installedBy, minNodes = 1, implementation, network, expect } = FAULTS[name];
  const later = expect.outcome === 'fails' && (expect.action === 'upgrade' || expect.action === 'policies') ? expect.action : undefined;
  const found = (cluster: string): PlannedCluster | undefined => plan.clusters.find((one) => one.name === cluster);
  const installs = jobs.filter(
    (job) =>
      (job.action === 'install' || job.action === 'redeploy') &&
      (implementation === undefined || isByGitops(job)) &&
      (network === undefined || job.definition['network'] === network),
  );
  const strikes = (cluster: string): boolean => later === undefined || jobs.some((job) => job.action === later && job.cluster === cluster);
  const installed = [...new Set(installs.flatMap((job) => job.cluster ?? []))].filter(strikes);
  const bigEnough = installed.filter((cluster) => (found(cluster)?.nodes.length ?? 0) >= minNodes);
  const spokes = bigEnough.filter((cluster) => found(cluster)?.role === 'spoke');
  const byMethod = bigEnough.filter((cluster) => installedBy?.includes(found(cluster)?.install ?? 'none'));
  const candidates = installedBy ? byMethod : anyCluster ? bigEnough : spokes;
  const cluster = fault.cluster ?? (installedBy ? byMethod[0] : spokes[0]);
  if (cluster !== undefined && candidates.includes(cluster)) return { ...fault, cluster };
  const bySize = minNodes > 1 ? ` of ${minNodes} nodes or more` : '';
  const byGitops = `${implementation === undefined ? '' : ' by GitOps'}${network === undefined ? '' : ` with network: ${network}`}`;
  const kind = `${bySize}${byGitops}${later === undefined ? '' : `, with a job that has action: ${later}`}`;
  const how = installedBy ? ` by ${installedBy.join(', ')}` : anyCluster ? '' : ' from a hub';
  const where =
    cluster === undefined
      ? `the pipeline installs no ${installedBy ? `cluster${how}` : 'spoke'}${kind}`
      : `it strikes what the pipeline installs${how}${kind}, and ${cluster} is not`;
  throw new LabwrightError('bad_input', `fault ${name} would never strike: ${where}`, {
    hint: candidates.length === 0 ? 'leave it away, or add an install job' : `write --fault ${name}@CLUSTER with one of: ${candidates.join(', ')}`,
  });
}

function checkPlace({ name, cluster, node }: Fault, plan: LabPlan): void {
  if (cluster === undefined) return;
  const found = plan.clusters.find((one) => one.name === cluster);
  if (!found) {
    const known = plan.clusters.map((one) => one.name).join(', ');
    throw new LabwrightError('bad_input', `fault ${name}: lab ${plan.lab} has no cluster ${cluster}`, {
      hint: `write --fault ${name}@CLUSTER with one of: ${known}`,
    });
  }
  if (node !== undefined && !found.nodes.some((one) => one.name === node)) {
    const known = found.nodes.map((one) => one.name).join(', ');
    throw new LabwrightError('bad_input', `fault ${name}: ${cluster} has no node ${node}`, {
      hint: `write --fault ${name}@${cluster}/NODE with one of: ${known}`,
    });
  }
}
