import { objectPath } from '../../kube/objects.ts';
import { bmcSecretName, PULL_SECRET } from '../../render/cluster-instance.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { NAMESPACE, SECRET } from '../kinds.ts';
import { deleteAndWait } from './delete-and-wait.ts';
import { findObjects, recall, type FoundObject } from './found-objects.ts';

/** Secrets, then the namespace, then a last look: the hub holds nothing of the cluster any more. */
export function deleteNamespace(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'delete-namespace',
    title: `Delete the namespace of ${cluster.name}`,
    limitMs: 20 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const ours = new Set([PULL_SECRET, ...cluster.nodes.map(bmcSecretName)]);
      await deleteAndWait(
        hub,
        recall(context.memory, SECRET).filter(({ name }) => ours.has(name)),
      );
      await deleteAndWait(hub, recall(context.memory, NAMESPACE));
      const [left] = await findObjects(hub);
      if (!left) return;
      throw new StepFailed(
        'conflict',
        {
          object: objectPath(left),
          condition: 'Absent',
          reason: isKnown(recall(context.memory), left.metadata.uid) ? 'NotDeleted' : 'Recreated',
          message: `it is on ${hub.name} although ${cluster.name} was deleted there`,
        },
        { hint: `see who writes to ${cluster.name} on ${hub.name}: a GitOps application, another job` },
      );
    },
  };
}

function isKnown(found: readonly FoundObject[], uid: string | undefined): boolean {
  return found.some((object) => object.uid === uid);
}
