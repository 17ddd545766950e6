import { renderClusterInstance } from '../../render/cluster-instance.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import { objectPath } from '../../kube/objects.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { IDENTITY } from '../follow-cluster.ts';
import { applyObject, openHub } from '../hub.ts';
import { CLUSTER_INSTANCE, refTo } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import { clusterImageSetName } from './create-cluster-image-set.ts';

/** The ClusterInstance, held: what is wrong with it can still be corrected (reference/ztp.md §3.2). */
export function createClusterInstance(input: ActionInput): Step<ActionDeps> {
  const { cluster, plan, sshPublicKey } = input;
  return {
    id: 'create-cluster-instance',
    title: `Describe ${cluster.name} to the hub, held`,
    limitMs: 5 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const object = renderClusterInstance(plan, {
        cluster: cluster.name,
        clusterImageSet: clusterImageSetName(input.release),
        sshPublicKey,
        step: context.stepId,
      });
      const found = await hub.kube.get(refTo(CLUSTER_INSTANCE, cluster.name, cluster.name), context.signal);
      // Ours from before a restart, or somebody's who was faster since the hub was checked.
      if (found && stepOf(found) !== context.stepId) {
        throw new StepFailed(
          'conflict',
          { object: objectPath(found), condition: 'Absent', reason: 'AlreadyExists', message: 'somebody else created it meanwhile' },
          { hint: `see who else installs ${cluster.name}` },
        );
      }
      const created = await applyObject(hub, object);
      return { [IDENTITY.clusterInstance]: created.metadata.uid ?? null };
    },
  };
}

function stepOf(object: Parameters<typeof textAt>[0]): string {
  return textAt(object, 'spec', 'extraAnnotations', 'BareMetalHost', 'labwright.dev/step');
}
