import { objectPath } from '../../kube/objects.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import { followCluster, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE, MANAGED_CLUSTER, refTo } from '../kinds.ts';
import { conditionOf, valueAt } from '../read-object.ts';
import { hasInstance } from '../site-form.ts';

/** Imported and usable is all of these (reference/ztp.md §2.9). */
export const USABLE = ['HubAcceptedManagedCluster', 'ManagedClusterJoined', 'ManagedClusterConditionAvailable', 'ManagedClusterImportSucceeded'];

/** The hub knows the cluster as installed and manages it. */
export function importCluster(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'import-cluster',
    title: `Take ${cluster.name} under management`,
    limitMs: 30 * 60_000,
    run: (deps, context) => followCluster(openHub(input, deps, context), (objects) => imported(cluster.name, objects, hasInstance(context.memory))),
  };
}

export function imported(cluster: string, objects: ClusterObjects, instance = true): Stage<undefined> {
  if (valueAt(objects.clusterDeployment, 'spec', 'installed') !== true) {
    return { on: waitingFor(objects.clusterDeployment, objectPath(refTo(CLUSTER_DEPLOYMENT, cluster, cluster)), 'Provisioned') };
  }
  if (instance && conditionOf(objects.clusterInstance, 'Provisioned')?.status !== 'True') {
    return { on: waitingFor(objects.clusterInstance, objectPath(refTo(CLUSTER_INSTANCE, cluster, cluster)), 'Provisioned') };
  }
  const index = USABLE.findIndex((type) => conditionOf(objects.managedCluster, type)?.status !== 'True');
  if (index < 0) return { met: undefined };
  return { on: waitingFor(objects.managedCluster, objectPath(refTo(MANAGED_CLUSTER, cluster)), USABLE[index]!), percent: 25 * index };
}
