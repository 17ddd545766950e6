import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { MANAGED_CLUSTER } from '../kinds.ts';
import { deleteAndWait } from './delete-and-wait.ts';
import { recall } from './found-objects.ts';

/** The hub no longer manages the cluster, and has taken its agent away from it (reference/ztp.md §5.2). */
export function deleteManagedCluster(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'delete-managed-cluster',
    title: `End the management of ${input.cluster.name}`,
    limitMs: 20 * 60_000,
    run: (deps, context) => deleteAndWait(openHub(input, deps, context), recall(context.memory, MANAGED_CLUSTER)),
  };
}
