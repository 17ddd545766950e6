import { isKubeApiError } from '../../kube/kube-api-error.ts';
import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import { followCluster, IDENTITY, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub, refusal } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_INSTANCE, FIELD_MANAGER, refTo } from '../kinds.ts';
import { conditionOf, valueAt } from '../read-object.ts';

const STARTED = ['InstallationInProgress', 'InstallationCompleted', 'InstallationFailed'];

/** Takes the hold away: from here on the ClusterInstance cannot be changed, and disks will be written. */
export function releaseClusterInstance(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const ref = refTo(CLUSTER_INSTANCE, cluster.name, cluster.name);
  return {
    id: 'release-cluster-instance',
    title: `Release ${cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const found = await hub.kube.get(ref, context.signal);
      if (found?.metadata.uid !== context.memory[IDENTITY.clusterInstance]) {
        throw new StepFailed(
          'conflict',
          { object: objectPath(ref), condition: 'UID', reason: found ? 'Replaced' : 'Deleted', message: 'it is not the one that was verified' },
          { hint: `see who else writes to ${cluster.name}` },
        );
      }
      if (valueAt(found, 'spec', 'holdInstallation') === true) {
        try {
          await hub.kube.patch(ref, { spec: { holdInstallation: false } }, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
        } catch (error) {
          if (isKubeApiError(error)) throw refusal(hub, objectPath(ref), 'holdInstallation', error.reason ?? `HTTP ${error.status}`, error);
          throw error;
        }
      }
      await followCluster(hub, (objects) => started(cluster.name, objects));
    },
  };
}

export function started(cluster: string, { agentClusterInstall }: ClusterObjects): Stage<undefined> {
  if (STARTED.includes(conditionOf(agentClusterInstall, 'Completed')?.reason ?? '')) return { met: undefined };
  return { on: waitingFor(agentClusterInstall, objectPath(refTo(AGENT_CLUSTER_INSTALL, cluster, cluster)), 'Completed') };
}
