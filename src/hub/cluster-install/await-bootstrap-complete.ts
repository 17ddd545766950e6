import type { KubeClient } from '../../kube/kube-client.ts';
import type { Step } from '../../util/step.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { textAt } from '../read-object.ts';
import { apiName } from './await-api.ts';
import { MET, reach, waitingFor } from './milestone.ts';
import { newCluster } from './new-cluster.ts';

/** What `openshift-install wait-for bootstrap-complete` looks at: a bootstrap writes `status: complete` there when its control plane carries itself. */
const BOOTSTRAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'bootstrap' };

/** `complete` once the control plane carries itself; '' when nothing was said yet. */
export async function bootstrapStatus(kube: KubeClient, signal: AbortSignal): Promise<string> {
  return textAt(await kube.get(BOOTSTRAP, signal), 'data', 'status');
}

/** The control plane carries itself: the bootstrap may go. */
export function awaitBootstrapComplete(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'await-bootstrap',
    title: `Wait until the control plane of ${input.cluster.name} carries itself`,
    limitMs: 60 * 60_000,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      await reach(context, async () => {
        try {
          const status = await bootstrapStatus(kube, context.signal);
          if (status === 'complete') return MET;
          const message = 'the bootstrap has not said that it is complete; its own log says why: journalctl -u bootkube';
          return waitingFor('ConfigMap/kube-system/bootstrap', 'complete', status || 'NotFound', message);
        } catch (error) {
          context.signal.throwIfAborted();
          if (!isLabwrightError(error)) throw error;
          return waitingFor(apiName(input), 'Reachable', error.code, error.message);
        }
      });
    },
  };
}
