import type { KubeClient } from '../../kube/kube-client.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { spokeKubeconfig } from '../cluster-import/spoke.ts';
import { openHub, type Hub } from '../hub.ts';

/** The hub of one of the job's clusters; undefined when the job was given no kubeconfig of it. */
export function hubOf(input: ActionInput, deps: ActionDeps, context: StepContext, cluster: PlannedCluster): Hub | undefined {
  return input.inputs['hub_kubeconfig'] === undefined ? undefined : openHub({ ...input, cluster }, deps, context);
}

/**
 * A client of one of the job's clusters: by `<cluster>_kubeconfig`, or `spoke_kubeconfig` for the job's own, else by what its
 * hub holds. Undefined when nobody has a kubeconfig of it.
 */
export async function openCluster(input: ActionInput, deps: ActionDeps, context: StepContext, cluster: PlannedCluster): Promise<KubeClient | undefined> {
  const { inputs } = input;
  const own = cluster.name === input.cluster.name ? inputs['spoke_kubeconfig'] : undefined;
  const given = inputs[`${cluster.name}_kubeconfig`] ?? own;
  if (given !== undefined) return deps.kube(given, context.stepId);
  const hub = hubOf(input, deps, context, cluster);
  const { spoke_kubeconfig: _others, ...rest } = inputs;
  const kubeconfig = hub && (await spokeKubeconfig({ ...input, inputs: rest, cluster }, hub));
  return kubeconfig === undefined ? undefined : deps.kube(kubeconfig, context.stepId);
}
