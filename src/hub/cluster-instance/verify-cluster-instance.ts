import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory, Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import { followCluster, IDENTITY, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_INSTANCE, INFRA_ENV, MANAGED_CLUSTER, refTo } from '../kinds.ts';
import { conditionOf, numberAt } from '../read-object.ts';

const RENDERED = ['ClusterInstanceValidated', 'RenderedTemplates', 'RenderedTemplatesValidated', 'RenderedTemplatesApplied'];

/** The hub has rendered and accepted every object, assisted-service knows the cluster, and each host has its image. */
export function verifyClusterInstance(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const hosts = cluster.nodes.map((node) => node.name);
  return {
    id: 'verify-cluster-instance',
    title: `Verify what the hub made of ${cluster.name}`,
    limitMs: 15 * 60_000,
    run: (deps, context) => followCluster(openHub(input, deps, context), (objects) => verified(cluster.name, hosts, objects)),
  };
}

export function verified(cluster: string, hosts: readonly string[], objects: ClusterObjects): Stage<Memory> {
  const { clusterInstance, agentClusterInstall, managedCluster } = objects;
  const instancePath = objectPath(refTo(CLUSTER_INSTANCE, cluster, cluster));
  for (const type of RENDERED) {
    if (conditionOf(clusterInstance, type)?.status !== 'True') return { on: waitingFor(clusterInstance, instancePath, type) };
  }
  const [seen, wanted] = [numberAt(clusterInstance, 'status', 'observedGeneration'), clusterInstance?.metadata.generation];
  if (seen !== wanted) {
    return {
      on: {
        object: instancePath,
        condition: 'observedGeneration',
        reason: 'Behind',
        message: `the operator has seen generation ${seen ?? 0} of ${wanted ?? 0}`,
      },
    };
  }
  if (conditionOf(agentClusterInstall, 'SpecSynced')?.status !== 'True') {
    return { on: waitingFor(agentClusterInstall, objectPath(refTo(AGENT_CLUSTER_INSTALL, cluster, cluster)), 'SpecSynced') };
  }
  for (const [index, name] of hosts.entries()) {
    const infraEnv = objects.infraEnvs.find((object) => object.metadata.name === name);
    if (conditionOf(infraEnv, 'ImageCreated')?.status === 'True') continue;
    return { on: waitingFor(infraEnv, objectPath(refTo(INFRA_ENV, name, cluster)), 'ImageCreated'), percent: Math.round((100 * index) / hosts.length) };
  }
  const percent = numberAt(agentClusterInstall, 'status', 'progress', 'totalPercentage') ?? 0;
  if (percent > 0) throw notFresh(cluster, percent);
  if (managedCluster === undefined) return { on: waitingFor(undefined, objectPath(refTo(MANAGED_CLUSTER, cluster)), 'HubAcceptedManagedCluster') };
  return { met: { [IDENTITY.agentClusterInstall]: agentClusterInstall?.metadata.uid ?? null, [IDENTITY.managedCluster]: managedCluster.metadata.uid ?? null } };
}

/** A held installation has not begun; one that has is left from before, whatever its name (reference/ztp.md §1.8). */
function notFresh(cluster: string, percent: number): StepFailed {
  const object = objectPath(refTo(AGENT_CLUSTER_INSTALL, cluster, cluster));
  return new StepFailed(
    'conflict',
    { object, condition: 'totalPercentage', reason: 'NotFresh', message: `a held installation is at ${percent} %` },
    { hint: `redeploy ${cluster}: what is there belongs to another installation` },
  );
}
