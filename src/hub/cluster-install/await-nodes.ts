import type { KubeClient } from '../../kube/kube-client.ts';
import type { PlannedNode } from '../../lab/plan.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { NODE } from '../kinds.ts';
import { apiName } from './await-api.ts';
import { reach, waitingFor, type Milestone } from './milestone.ts';
import { newCluster } from './new-cluster.ts';

export interface NodesStep extends Pick<Step<ActionDeps>, 'id' | 'title' | 'limitMs'> {
  readonly nodes: readonly PlannedNode[];
  /** Of a node that is not there yet: what it does meanwhile, as far as anybody can know. */
  readonly meanwhile: string;
}

/** The nodes have registered with the API: they run from their disks. */
export function awaitNodes(input: ActionInput, { nodes, meanwhile, ...step }: NodesStep): Step<ActionDeps> {
  return {
    ...step,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      await reach(context, async () => {
        const names = await nodeNames(kube, context.signal);
        return typeof names === 'string' ? waitingFor(apiName(input), 'Reachable', 'Silent', names) : registered(nodes, names, meanwhile);
      });
    },
  };
}

/** Names of a kubelet: the host's, or with its domain. */
export function isNamed(node: Pick<PlannedNode, 'name'>, kubelet: string): boolean {
  return kubelet.split('.')[0] === node.name;
}

function registered(nodes: readonly PlannedNode[], names: readonly string[], meanwhile: string): Milestone {
  const missing = nodes.filter((node) => !names.some((name) => isNamed(node, name)));
  const [first] = missing;
  if (!first) return { status: 'met', evidence: `${names.join(', ')} have registered` };
  const there = nodes.length - missing.length;
  return waitingFor(
    first.name,
    'Registered',
    'NotRegistered',
    `${there} of ${nodes.length} nodes have registered; ${meanwhile}`,
    Math.round((100 * there) / nodes.length),
  );
}

/** @returns why there is no answer, as text, while the API changes hands. */
export async function nodeNames(kube: KubeClient, signal: AbortSignal): Promise<readonly string[] | string> {
  try {
    return (await kube.list(NODE, signal)).items.map(({ metadata }) => metadata.name);
  } catch (error) {
    signal.throwIfAborted();
    if (!isLabwrightError(error)) throw error;
    return error.message;
  }
}
