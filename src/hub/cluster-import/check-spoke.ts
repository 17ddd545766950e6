import { objectPath } from '../../kube/objects.ts';
import { isLabwrightError, LabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub, type Hub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE, KLUSTERLET, MANAGED_CLUSTER, refTo } from '../kinds.ts';
import { machinesOf, powerIfKnown } from '../machine-power.ts';
import { findAgent, hubOfAgent, removeAgent, serverOf } from './agent-leftovers.ts';
import { readSpoke, SPOKE_KUBECONFIG, type SpokeState } from './spoke.ts';

/**
 * The hub does not know the cluster, the cluster answers, and no other hub manages it: then what an earlier import left on it
 * is removed, because the next one would find that it already exists (reference/ztp.md §5.2, §5.3).
 */
export function checkSpoke(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'check-spoke',
    title: `Check that ${cluster.name} can be attached`,
    limitMs: 20 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      await nameFree(hub);
      const spoke = deps.kube(kubeconfigOf(input), context.stepId);
      const state = await answer(cluster.name, () => readSpoke(spoke, context.signal));
      const left = await findAgent(spoke, context.signal);
      if (left.length > 0) {
        const server = await hubOfAgent(spoke, context.signal);
        if (server !== undefined && server !== serverOf(input.inputs['hub_kubeconfig'] ?? '')) throw managedElsewhere(cluster.name, server);
        context.log(`an earlier import left ${left.map((object) => objectPath(object)).join(', ')} on ${cluster.name}`);
        await removeAgent(spoke, context);
      }
      const power: Record<string, string> = {};
      for (const machine of machinesOf(input)) {
        const now = await powerIfKnown(deps.bmc(machine, context.stepId), machine, context);
        if (now !== undefined) power[machine.name] = now;
      }
      return { spoke: { clusterId: state.clusterId, ready: [...state.ready] }, power };
    },
  };
}

/** @throws LabwrightError `bad_input` when the job was not given the spoke's kubeconfig. */
export function kubeconfigOf({ inputs, cluster }: ActionInput): string {
  const kubeconfig = inputs[SPOKE_KUBECONFIG];
  if (kubeconfig !== undefined) return kubeconfig;
  throw new LabwrightError('bad_input', `the job has no kubeconfig of ${cluster.name}: its hub has forgotten it`, {
    hint: `give the job inputs: {<output of the job that installed or detached it>: ${SPOKE_KUBECONFIG}}`,
  });
}

async function nameFree({ kube, cluster, context, name }: Hub): Promise<void> {
  const here = [CLUSTER_INSTANCE, AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT].map((kind) => refTo(kind, cluster.name, cluster.name));
  for (const ref of [refTo(MANAGED_CLUSTER, cluster.name), ...here]) {
    const object = await kube.get(ref, context.signal);
    if (object === undefined) continue;
    const on = { object: objectPath(object), condition: 'Absent', reason: 'AlreadyExists', message: `${name} holds ${cluster.name} already` };
    throw new StepFailed('conflict', on, { hint: `detach ${cluster.name} first` });
  }
}

async function answer(name: string, ask: () => Promise<SpokeState>): Promise<SpokeState> {
  try {
    return await ask();
  } catch (error) {
    if (!isLabwrightError(error) || (error.code !== 'unreachable' && error.code !== 'unauthorized')) throw error;
    const on = { object: name, condition: 'readyz', reason: error.code === 'unreachable' ? 'Unreachable' : 'Unauthorized', message: error.message };
    const hint = `try it by hand: oc --kubeconfig <the one given as ${SPOKE_KUBECONFIG}> get clusterversion`;
    throw new StepFailed(error.code === 'unreachable' ? 'unreachable' : 'refused', on, { hint, cause: error });
  }
}

function managedElsewhere(cluster: string, server: string): StepFailed {
  const on = {
    object: objectPath(refTo(KLUSTERLET, 'klusterlet')),
    condition: 'Absent',
    reason: 'AlreadyExists',
    message: `${cluster} is managed by ${server}`,
  };
  return new StepFailed('conflict', on, { hint: `detach ${cluster} from that hub first; if that hub is no more, delete Klusterlet/klusterlet on ${cluster}` });
}
