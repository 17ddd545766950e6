import { objectPath } from '../../kube/objects.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import { followCluster, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, refTo } from '../kinds.ts';
import { machinesOf } from '../machine-power.ts';
import { noteInstallation } from '../note-installation.ts';
import { conditionOf, numberAt, textAt } from '../read-object.ts';

/** The installation itself, to `Completed`. Half an hour for each node and one for the operators, as DCI allows. */
export function installCluster(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'install-cluster',
    title: `Install ${cluster.name}`,
    limitMs: (60 + 30 * cluster.nodes.length) * 60_000,
    async run(deps, context) {
      const logStages = stageLog(context);
      await followCluster(openHub(input, deps, context), (objects) => {
        logStages(objects);
        return installed(cluster.name, objects);
      });
      context.progress(100);
      await noteInstallation(deps, machinesOf(input), context);
    },
  };
}

export function installed(cluster: string, { agentClusterInstall }: ClusterObjects): Stage<undefined> {
  if (conditionOf(agentClusterInstall, 'Completed')?.status === 'True') return { met: undefined };
  const percent = numberAt(agentClusterInstall, 'status', 'progress', 'totalPercentage') ?? 0;
  return { on: waitingFor(agentClusterInstall, objectPath(refTo(AGENT_CLUSTER_INSTALL, cluster, cluster)), 'Completed'), percent };
}

/** A line for each new stage of each host. */
function stageLog({ log }: StepContext): (objects: ClusterObjects) => void {
  const last = new Map<string, string>();
  return ({ agents }) => {
    for (const agent of agents) {
      const stage = textAt(agent, 'status', 'progress', 'currentStage');
      const host = textAt(agent, 'spec', 'hostname') || agent.metadata.name;
      if (stage === '' || last.get(host) === stage) continue;
      last.set(host, stage);
      log(`${host}: ${stage}`);
    }
  };
}
