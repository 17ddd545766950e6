import { listIfServed } from '../../kube/list-if-served.ts';
import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { KLUSTERLET, MANAGED_CLUSTER, refTo } from '../kinds.ts';
import { valueAt } from '../read-object.ts';
import { kubeconfigOf } from './check-spoke.ts';
import { compareSpoke, rememberedSpoke } from './compare-spoke.ts';
import { readSpoke } from './spoke.ts';

/** The hub manages the very cluster that the kubeconfig leads to, its agent is there, and it runs as before. Its kubeconfig is handed on. */
export function verifyAttached(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'verify-attached',
    title: `Verify that ${cluster.hub ?? 'the hub'} manages ${cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const { kube } = openHub(input, deps, context);
      const spoke = deps.kube(kubeconfigOf(input), context.stepId);
      const now = await readSpoke(spoke, context.signal);
      const before = rememberedSpoke(context.memory);
      if (before) compareSpoke(before, now, 'attached');
      const claims = valueAt(await kube.get(refTo(MANAGED_CLUSTER, cluster.name), context.signal), 'status', 'clusterClaims');
      const claimed = (Array.isArray(claims) ? (claims as { name: string; value: string }[]) : []).find(({ name }) => name === 'id.openshift.io')?.value;
      if (claimed !== now.clusterId) {
        const message = `the hub manages ${claimed ?? 'a cluster without that claim'}, the kubeconfig leads to ${now.clusterId}`;
        const on = { object: objectPath(refTo(MANAGED_CLUSTER, cluster.name)), condition: 'clusterClaims', reason: 'OtherCluster', message };
        throw new StepFailed('conflict', on, { hint: 'see which cluster the kubeconfig given to the job belongs to' });
      }
      if (!(await listIfServed(spoke, KLUSTERLET, context.signal))?.length) {
        const on = { object: objectPath(refTo(KLUSTERLET, 'klusterlet')), condition: 'Exists', reason: 'NotFound', message: 'the cluster has no import agent' };
        throw new StepFailed('refused', on, { hint: 'see who removed it on the cluster, then detach and attach it again' });
      }
      await deps.output('kubeconfig', kubeconfigOf(input));
    },
  };
}
