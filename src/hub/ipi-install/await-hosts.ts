import type { KubeClient } from '../../kube/kube-client.ts';
import { listIfServed } from '../../kube/list-if-served.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { PlannedNode } from '../../lab/plan.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { atMachine } from '../cluster-install/boot-machines.ts';
import { isNamed, nodeNames } from '../cluster-install/await-nodes.ts';
import { reach, waitingFor, type Milestone } from '../cluster-install/milestone.ts';
import { newCluster } from '../cluster-install/new-cluster.ts';
import { BARE_METAL_HOST } from '../kinds.ts';
import { memberMachinesOf } from '../machine-power.ts';
import { textAt } from '../read-object.ts';
import { following } from './follow-installer.ts';

/** Namespace of the hosts that a cluster on bare metal manages itself. */
const MACHINE_API = 'openshift-machine-api';

/**
 * metal3 provisions these hosts: each is switched on, and registers. Whoever has not is asked for at its BMC, and at its
 * BareMetalHost, so that it is known how far it has come; a BMC that refuses us refuses metal3.
 */
export function awaitHosts(
  input: ActionInput,
  { nodes, ...step }: Pick<Step<ActionDeps>, 'id' | 'title' | 'limitMs'> & { readonly nodes: readonly PlannedNode[] },
): Step<ActionDeps> {
  return following(input, {
    ...step,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      await reach(context, async () => {
        const names = await nodeNames(kube, context.signal);
        const there = typeof names === 'string' ? [] : names;
        const missing = nodes.filter((node) => !there.some((name) => isNamed(node, name)));
        const [first] = missing;
        if (!first) return { status: 'met', evidence: `${nodes.map(({ name }) => name).join(', ')} have registered` };
        return await stateOf(first, missing, { input, deps, context, kube, percent: Math.round((100 * (nodes.length - missing.length)) / nodes.length) });
      });
    },
  });
}

interface Asking {
  readonly input: ActionInput;
  readonly deps: ActionDeps;
  readonly context: StepContext;
  readonly kube: KubeClient;
  readonly percent: number;
}

async function stateOf(first: PlannedNode, missing: readonly PlannedNode[], { input, deps, context, kube, percent }: Asking): Promise<Milestone> {
  const hosts = await listedHosts(kube, context.signal);
  for (const node of missing) {
    const host = hosts.find(({ metadata }) => isNamed(node, metadata.name) || metadata.name.endsWith(`-${node.name}`));
    const message = textAt(host, 'status', 'errorMessage');
    if (message === '') continue;
    const on = {
      object: `BareMetalHost/${MACHINE_API}/${host!.metadata.name}`,
      condition: 'Provisioned',
      reason: textAt(host, 'status', 'errorType') || 'Error',
      message,
    };
    // Only credentials do not mend themselves: metal3 tries everything else again.
    if (on.reason === 'registration error') return { status: 'refused', on, hint: `check the BMC of ${node.machine}: its address, and the password` };
    return { status: 'waiting', on, percent };
  }
  const machine = memberMachinesOf(input).find(({ name }) => name === first.machine)!;
  const power = await atMachine(machine, () => deps.bmc(machine, context.stepId).power(context.signal));
  return power === 'Off'
    ? waitingFor(first.name, 'Provisioned', 'PoweredOff', 'metal3 has not switched it on yet, or has it off between two steps', percent)
    : waitingFor(first.name, 'Registered', 'NotRegistered', 'it is on: it boots the image of metal3, writes its disk, or boots from it', percent);
}

async function listedHosts(kube: KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    return (await listIfServed(kube, { ...BARE_METAL_HOST, namespace: MACHINE_API }, signal)) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    if (!isLabwrightError(error)) throw error;
    return [];
  }
}
