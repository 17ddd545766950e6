import { objectPath } from '../../kube/objects.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { MANAGED_CLUSTER, NAMESPACE, refTo } from '../kinds.ts';
import { findObjects, remember } from './found-objects.ts';

/**
 * Everything of the cluster on its hub, by UID, and which machines run: what the steps after it act on and compare with.
 * `mustExist` makes an absent cluster a failure.
 */
export function findCluster(input: ActionInput, { mustExist }: { readonly mustExist: boolean }): Step<ActionDeps> {
  const { cluster, plan } = input;
  const machines = cluster.nodes.flatMap((node) => plan.machines.filter((machine) => machine.name === node.machine));
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
      for (const machine of machines) {
        try {
          power[machine.name] = await deps.bmc(machine, context.stepId).power(context.signal);
        } catch (error) {
          if (!isLabwrightError(error)) throw error;
          context.log(`power of ${machine.name} is not known: ${messageOf(error)}`);
        }
      }
      context.log(`${objects.length} objects of ${cluster.name} on ${hub.name}`);
      return { found: remember(objects), power };
    },
  };
}
