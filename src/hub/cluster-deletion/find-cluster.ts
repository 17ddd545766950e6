import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { MANAGED_CLUSTER, NAMESPACE, refTo } from '../kinds.ts';
import { machinesOf, powerIfKnown } from '../machine-power.ts';
import { findObjects, remember } from './found-objects.ts';

/**
 * Everything of the cluster on its hub, by UID, and which machines run: what the steps after it act on and compare with.
 * `mustExist` makes an absent cluster a failure.
 */
export function findCluster(input: ActionInput, { mustExist }: { readonly mustExist: boolean }): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'find-cluster',
    title: `Find ${cluster.name} on ${cluster.hub ?? 'its hub'}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const objects = await findObjects(hub);
      const known = objects.some((object) => object.kind !== NAMESPACE.kind && object.kind !== 'Secret');
      if (mustExist && !known) {
        const object = objectPath(refTo(MANAGED_CLUSTER, cluster.name));
        throw new StepFailed(
          'conflict',
          { object, condition: 'Exists', reason: 'NotFound', message: `${hub.name} holds nothing of ${cluster.name}` },
          { hint: `install ${cluster.name} first, or ask another hub` },
        );
      }
      const power: Record<string, string> = {};
      for (const machine of machinesOf(input)) {
        const state = await powerIfKnown(deps.bmc(machine, context.stepId), machine, context);
        if (state !== undefined) power[machine.name] = state;
      }
      context.log(`${objects.length} objects of ${cluster.name} on ${hub.name}`);
      return { found: remember(objects), power };
    },
  };
}
