import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { valueAt } from '../read-object.ts';

interface ClusterVerdict {
  readonly clustername: string;
  readonly compliant?: string;
}

/** Whether a root policy has a binding with a placement that the hub knows. */
export function isBound(policy: KubeObject): boolean {
  const placement = valueAt(policy, 'status', 'placement');
  return Array.isArray(placement) && placement.length > 0;
}

/** What a root policy says of a cluster: undefined when it is not for it, `Pending` while nothing is known. */
export function verdictOn(policy: KubeObject, cluster: string): string | undefined {
  const all = (valueAt(policy, 'status', 'status') ?? []) as readonly ClusterVerdict[];
  const one = all.find(({ clustername }) => clustername === cluster);
  return one && (one.compliant ?? 'Pending');
}

export function waitingOnPolicy(policy: KubeObject, cluster: string): WaitingOn {
  const verdict = verdictOn(policy, cluster) ?? 'Pending';
  const message = verdict === 'NonCompliant' ? `${cluster} is NonCompliant with it` : `${cluster} has not reported on it yet`;
  return { object: objectPath(policy), condition: 'Compliant', reason: verdict, message };
}
