import { objectPath, type KubeObject } from '../kube/objects.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { WaitingOn } from '../util/step.ts';
import { clusterObjects, clusterQueries, type ClusterObjects } from './cluster-objects.ts';
import { createTimeline } from './evidence/condition-timeline.ts';
import { FAIL_FAST } from './fail-fast.ts';
import type { Hub } from './hub.ts';
import { conditionOf } from './read-object.ts';
import { createSymptomWatch } from './watch-symptoms.ts';
import { watchUntil } from './watch-until.ts';

/** What a stage of an installation is at: done, or waiting for one thing in its own words. */
export type Stage<T> = { readonly met: T } | { readonly on: WaitingOn; readonly percent?: number };

/** Memory's names of the objects that make this installation this one. */
export const IDENTITY = { clusterInstance: 'clusterInstanceUid', agentClusterInstall: 'agentClusterInstallUid', managedCluster: 'managedClusterUid' } as const;

/**
 * Watches a cluster's objects on its hub until `stage` is met.
 *
 * Says what it waits for, fails fast by `FAIL_FAST`, and fails when an object the job knows by UID was deleted or replaced:
 * success of another installation is not success of this one.
 */
export function followCluster<T>(hub: Hub, stage: (objects: ClusterObjects) => Stage<T>): Promise<T> {
  const { kube, cluster, context } = hub;
  const diagnose = createSymptomWatch(FAIL_FAST);
  const record = createTimeline(hub.workDir, hub.redact);
  let shown: number | undefined;
  return watchUntil({ kube, clock: context.clock, signal: context.signal }, clusterQueries(cluster.name), (seen) => {
    const objects = clusterObjects(cluster.name, seen);
    record(objects, context.clock.now());
    checkIdentity(hub, objects);
    const now = stage(objects);
    if ('met' in now) {
      context.waiting(undefined);
      return now;
    }
    context.waiting({ ...now.on, message: hub.redact(now.on.message) });
    if (now.percent !== undefined && now.percent !== shown) context.progress((shown = now.percent));
    const diagnosis = diagnose(objects, context.clock.now());
    if (diagnosis.status === 'waiting') return { againMs: diagnosis.againMs };
    const { object, condition, reason, message } = diagnosis.symptom;
    throw new StepFailed('refused', { object, condition, reason, message: hub.redact(message) }, { hint: hub.redact(diagnosis.hint) });
  });
}

/** What a wait for a condition says, whether the condition is there or not. */
export function waitingFor(object: KubeObject | undefined, path: string, type: string): WaitingOn {
  if (object === undefined) return { object: path, condition: type, reason: 'NotFound', message: 'the object is not there yet' };
  const condition = conditionOf(object, type);
  if (condition === undefined) return { object: path, condition: type, reason: 'NotReported', message: 'the condition is not there yet' };
  return { object: path, condition: type, reason: condition.reason, message: condition.message };
}

function checkIdentity({ context, cluster }: Hub, objects: ClusterObjects): void {
  for (const [field, key] of Object.entries(IDENTITY) as [keyof typeof IDENTITY, string][]) {
    const uid = context.memory[key];
    if (typeof uid !== 'string') continue;
    const object = objects[field];
    if (object?.metadata.uid === uid && object.metadata.deletionTimestamp === undefined) continue;
    const path = object === undefined ? `${field} of ${cluster.name}` : objectPath(object);
    const reason = object === undefined ? 'Deleted' : object.metadata.uid === uid ? 'Deleting' : 'Replaced';
    throw new StepFailed(
      'conflict',
      { object: path, condition: 'UID', reason, message: `this job follows the one with UID ${uid}` },
      { hint: `somebody else deleted it: see who writes to ${cluster.name} on this hub, then redeploy` },
    );
  }
}
