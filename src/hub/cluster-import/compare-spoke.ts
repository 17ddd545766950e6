import * as z from 'zod';
import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory } from '../../util/step.ts';
import { CLUSTER_VERSION, NODE, refTo } from '../kinds.ts';
import type { SpokeState } from './spoke.ts';

const State = z.object({ clusterId: z.string(), ready: z.array(z.string()) });

/** What `inspect-spoke` or `check-spoke` of this job saw; undefined when the cluster was away then. */
export function rememberedSpoke(memory: Memory): SpokeState | undefined {
  return memory['spoke'] === undefined ? undefined : State.parse(memory['spoke']);
}

/** @throws StepFailed when it is another cluster now, or a node that was Ready is not. */
export function compareSpoke(before: SpokeState, now: SpokeState, what: string): void {
  if (now.clusterId !== before.clusterId) {
    const message = `the cluster was ${before.clusterId}, and is ${now.clusterId || 'nobody'} now`;
    throw new StepFailed('conflict', { object: objectPath(refTo(CLUSTER_VERSION, 'version')), condition: 'clusterID', reason: 'Replaced', message });
  }
  const lost = before.ready.find((node) => !now.ready.includes(node));
  if (lost === undefined) return;
  const message = `the node was Ready before its cluster was ${what}, and is not now`;
  throw new StepFailed(
    'refused',
    { object: objectPath(refTo(NODE, lost)), condition: 'Ready', reason: 'NotReady', message },
    { hint: 'see its machine: the power log says who asked for power' },
  );
}
