import type { LabPlan } from '../lab/plan.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { checkClusterUse } from './check-cluster-use.ts';
import { checkHubs } from './check-hubs.ts';
import { checkRollout } from './check-rollout.ts';
import { checkInputOrder } from './check-input-order.ts';
import type { JobGraph } from './job-graph.ts';
import { HUB_KUBECONFIG } from './jobdef.ts';

/** Do the action jobs fit the lab: clusters that exist, methods that install, hubs that can be reached? */
export function checkAgainstLab(graph: JobGraph, plan: LabPlan): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { job } of graph.jobs) {
    if (!job.action) continue;
    const error = (id: string, key: string, message: string, hint: string) => {
      found.push({ id, severity: 'error', message, hint, at: job.at(key) });
    };
    const cluster = plan.clusters.find(({ name }) => name === job.cluster);
    if (!cluster) {
      const known = plan.clusters.map(({ name }) => name).join(', ');
      error(
        'unknown-cluster',
        'cluster',
        job.cluster === undefined ? `${job.name} names no cluster` : `lab ${plan.lab} has no cluster ${job.cluster}`,
        `write cluster: with one of: ${known}`,
      );
      continue;
    }
    found.push(...checkRollout(job, cluster, plan));
    // Whoever holds machines may let go of them.
    if (job.action === 'release') continue;
    const installs = job.action === 'install' || job.action === 'redeploy';
    const fromJumphost = installs && cluster.install !== 'clusterinstance';
    if (installs && cluster.install === 'none')
      error('nothing-to-install', 'action', `${cluster.name} has install: none`, 'give the cluster a method in the lab file');
    if (fromJumphost && cluster.install === 'upi' && !cluster.nodes.some(({ role }) => role === 'bootstrap'))
      error(
        'no-bootstrap',
        'action',
        `${cluster.name} has no machine for its bootstrap`,
        `add on: SERVER to ${cluster.name} in the lab file: its bootstrap is a VM there`,
      );
    if (job.action === 'prepare' && cluster.role !== 'hub')
      error('not-a-hub', 'action', `${cluster.name} is no hub: there is nothing to prepare`, 'name a cluster with role: hub');
    if (!fromJumphost && job.action !== 'install' && job.action !== 'prepare' && cluster.role !== 'spoke')
      error('not-a-spoke', 'action', `${cluster.name} is no spoke: no hub can ${job.action} it`, 'name a cluster with role: spoke');
    if (job.implementation === 'gitops' && cluster.install !== 'clusterinstance')
      error('not-by-gitops', 'implementation', `${cluster.name} has install: ${cluster.install}, which Git does not drive`, 'leave implementation away');
    const { registry, httpStore } = plan.jumphost.services;
    if (job.network === 'disconnected' && !(registry && httpStore))
      error(
        'no-mirror-inside',
        'network',
        `${job.name} is disconnected, and lab ${plan.lab} has no ${registry ? 'HTTP store' : 'registry'} inside`,
        'add services: {registry: {}, http_store: {}} to the jumphost in the lab file',
      );
    const throughHub = !fromJumphost;
    // A hub that stands already is whoever runs the pipeline's to hand in.
    const hub = hubOf(job, cluster);
    const madeHere = graph.jobs.some(({ job: other }) => other.action === 'install' && other.cluster === hub);
    if (throughHub && madeHere && !Object.values(job.inputs).includes(HUB_KUBECONFIG)) {
      error(
        'no-hub-kubeconfig',
        'inputs',
        `${job.name} needs the kubeconfig of ${cluster.hub ?? 'its hub'}`,
        `add inputs: {${HUB_KUBECONFIG}: ${HUB_KUBECONFIG}}, and the hub's job to prev_stages`,
      );
    }
  }
  return [...found, ...checkInputOrder(graph), ...checkHubs(graph, plan), ...checkClusterUse(graph, plan)];
}

/** The cluster whose API a job works through: for a preparation the hub itself. */
export function hubOf(
  { action }: { readonly action?: string | undefined },
  cluster: { readonly name: string; readonly hub?: string | undefined } | undefined,
): string | undefined {
  return action === 'prepare' ? cluster?.name : cluster?.hub;
}
