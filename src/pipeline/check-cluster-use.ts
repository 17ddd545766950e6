import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { ancestors, type GraphJob, type JobGraph } from './job-graph.ts';

interface Use {
  readonly graphJob: GraphJob;
  readonly cluster: PlannedCluster;
}

/**
 * Do the jobs of a pipeline stay out of each other's way? Clusters that share machines cannot be used in one pipeline, and
 * two jobs that may run at the same time cannot act on one cluster.
 */
export function checkClusterUse(graph: JobGraph, plan: LabPlan): Diagnostic[] {
  const clusters = new Map(plan.clusters.map((one) => [one.name, one]));
  const uses = graph.jobs.flatMap((graphJob): Use[] => {
    const { action, cluster: own, rollout } = graphJob.job;
    const names = action === undefined ? [] : [...new Set([own ?? '', ...(rollout.clusters ?? [])])];
    return names.flatMap((name) => clusters.get(name) ?? []).map((cluster) => ({ graphJob, cluster }));
  });
  // A release makes room for the others.
  const holding = uses.filter(({ graphJob }) => graphJob.job.action !== 'release');
  return [...sharedMachines(holding), ...sameTime(graph, uses)];
}

/** Once for each pair of clusters, at the later job. */
function sharedMachines(uses: readonly Use[]): Diagnostic[] {
  const first = new Map<string, Use>();
  for (const use of uses) if (!first.has(use.cluster.name)) first.set(use.cluster.name, use);
  const used = [...first.values()];
  return used.flatMap(({ graphJob, cluster }, index) =>
    used.slice(0, index).flatMap(({ cluster: other }): Diagnostic[] => {
      const machines = new Set(other.nodes.map(({ machine }) => machine));
      const shared = cluster.nodes.flatMap(({ machine }) => (machines.has(machine) ? [machine] : []));
      if (shared.length === 0) return [];
      const some = shared.length > 3 ? `${shared.slice(0, 2).join(', ')} and ${shared.length - 2} more` : shared.join(', ');
      return [
        {
          id: 'shared-machines',
          severity: 'error',
          message: `${cluster.name} and ${other.name} stand on the same machines: ${some}`,
          hint: 'put their jobs into two pipelines: a machine belongs to one cluster at a time',
          at: graphJob.job.at('cluster'),
        },
      ];
    }),
  );
}

function sameTime(graph: JobGraph, uses: readonly Use[]): Diagnostic[] {
  const before = ancestors(graph);
  const found: Diagnostic[] = [];
  for (const [name, all] of Map.groupBy(uses, ({ cluster }) => cluster.name)) {
    for (const [index, { graphJob }] of all.entries()) {
      const other = all.slice(0, index).find((one) => !before.get(graphJob.job.name)!.has(one.graphJob.job.name));
      if (other)
        found.push({
          id: 'same-time',
          severity: 'error',
          message: `${other.graphJob.job.name} and ${graphJob.job.name} act on ${name} and may run at the same time`,
          hint: `add needs: [${other.graphJob.job.name}], or give it a later stage`,
          at: graphJob.job.at('cluster'),
        });
    }
  }
  return found;
}
