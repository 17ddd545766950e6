import type { LabPlan } from '../lab/plan.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { inputProducer, type JobGraph } from './job-graph.ts';
import { HUB_KUBECONFIG } from './jobdef.ts';

/** Do jobs on spokes get the kubeconfig of the right hub? One of another hub would install the spoke there. */
export function checkHubs(graph: JobGraph, plan: LabPlan): Diagnostic[] {
  return graph.inFileOrder.flatMap((job): Diagnostic[] => {
    const cluster = job.action && plan.clusters.find(({ name }) => name === job.cluster);
    if (!cluster || cluster.role !== 'spoke') return [];
    const output = Object.keys(job.inputs).find((one) => job.inputs[one] === HUB_KUBECONFIG);
    const producer = output === undefined ? undefined : inputProducer(graph.inFileOrder, job, output);
    if (producer?.action !== 'install' || producer.cluster === cluster.hub) return [];
    return [
      {
        id: 'wrong-hub',
        severity: 'error',
        message: `${job.name} gets the kubeconfig of ${producer.cluster}, but the hub of ${cluster.name} is ${cluster.hub}`,
        hint: `put the job that installs ${cluster.hub} last in prev_stages, or let each job call its output by another name`,
        at: job.at('inputs'),
      },
    ];
  });
}
