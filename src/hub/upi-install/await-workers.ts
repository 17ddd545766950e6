import type { KubeClient } from '../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import { membersOf } from '../../lab/members.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { apiName } from '../cluster-install/await-api.ts';
import { isNamed } from '../cluster-install/await-nodes.ts';
import { reach, waitingFor, type Milestone } from '../cluster-install/milestone.ts';
import { newCluster } from '../cluster-install/new-cluster.ts';
import { NODE } from '../kinds.ts';
import { conditionOf, conditionsOf } from '../read-object.ts';
import { judgeRequest } from './certificate-request.ts';
import { nodesOf } from './upi-files.ts';

const REQUEST: KindRef = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' };

/**
 * Workers join by themselves, and nobody in the cluster vouches for them: their certificate requests are approved here, those of
 * nodes in the plan and no others, until each worker is Ready and has all it asked for.
 */
export function awaitWorkers(input: ActionInput): Step<ActionDeps> {
  const workers = nodesOf(input, 'worker');
  return {
    id: 'await-workers',
    title: `Let the ${workers.length} workers of ${input.cluster.name} join`,
    limitMs: 60 * 60_000,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      const leftAlone = new Set<string>();
      await reach(context, async () => {
        try {
          const approved = await approve(kube, input, context, leftAlone);
          return ready(workers, (await kube.list(NODE, context.signal)).items, approved);
        } catch (error) {
          context.signal.throwIfAborted();
          if (!isLabwrightError(error)) throw error;
          return waitingFor(apiName(input), 'Reachable', error.code, error.message);
        }
      });
    },
  };
}

/** @returns names of the nodes whose requests were approved just now. */
async function approve(kube: KubeClient, { cluster }: ActionInput, { signal, log, stepId }: StepContext, leftAlone: Set<string>): Promise<readonly string[]> {
  const approved: string[] = [];
  for (const request of (await kube.list(REQUEST, signal)).items) {
    const { name } = request.metadata;
    const judged = judgeRequest(request, membersOf(cluster));
    if (judged.status === 'ours') {
      const condition = { type: 'Approved', status: 'True', reason: 'LabwrightApprove', message: `${stepId}: ${judged.node} is in the plan of the lab` };
      const status = { ...(request['status'] as object | undefined), conditions: [...conditionsOf(request), condition] };
      await kube.update({ ...request, ...REQUEST, status }, { subresource: 'approval' }, signal);
      approved.push(judged.node);
      log(`approved ${name}: the ${judged.use} certificate of ${judged.node}`);
    } else if (judged.status === 'foreign' && !leftAlone.has(name)) {
      leftAlone.add(name);
      log(`left certificate request ${name} alone: ${judged.why}`);
    }
  }
  return approved;
}

function ready(workers: ReturnType<typeof nodesOf>, nodes: readonly KubeObject[], approved: readonly string[]): Milestone {
  const stateOf = (worker: (typeof workers)[number]): { readonly reason: string; readonly message: string } | undefined => {
    const node = nodes.find(({ metadata }) => isNamed(worker, metadata.name));
    if (!node) return { reason: 'NotRegistered', message: 'its kubelet has not registered: it writes its disk, reboots, or waits for its certificate' };
    const condition = conditionOf(node, 'Ready');
    // What was approved just now is used only later.
    if (condition?.status === 'True' && !approved.some((name) => isNamed(worker, name))) return undefined;
    return { reason: condition?.reason ?? 'Unknown', message: condition?.message ?? 'its kubelet has not reported' };
  };
  const open = workers.flatMap((worker) => {
    const state = stateOf(worker);
    return state ? [{ worker, ...state }] : [];
  });
  const [first] = open;
  if (!first) return { status: 'met', evidence: `${workers.map(({ name }) => name).join(', ')} are Ready` };
  return waitingFor(first.worker.name, 'Ready', first.reason, first.message, Math.round((100 * (workers.length - open.length)) / workers.length));
}
