import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory, Step, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import { followCluster, IDENTITY, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_INSTANCE, INFRA_ENV, MANAGED_CLUSTER, refTo } from '../kinds.ts';
import { conditionOf, numberAt } from '../read-object.ts';
import { hasInstance } from '../site-form.ts';

const RENDERED = ['ClusterInstanceValidated', 'RenderedTemplates', 'RenderedTemplatesValidated', 'RenderedTemplatesApplied'];

/** The hub has rendered and accepted every object, assisted-service knows the cluster, and each host has its image. */
export function verifyClusterInstance(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const hosts = cluster.nodes.map((node) => node.name);
  return {
    id: 'verify-cluster-instance',
    title: `Verify what the hub made of ${cluster.name}`,
    limitMs: 15 * 60_000,
    run: (deps, context) => followCluster(openHub(input, deps, context), (objects) => verified(cluster.name, hosts, objects, hasInstance(context.memory))),
  };
}

/** @param instance whether a ClusterInstance makes the rest; a SiteConfig has one InfraEnv for all hosts, named as the cluster. */
export function verified(cluster: string, hosts: readonly string[], objects: ClusterObjects, instance = true): Stage<Memory> {
  const { agentClusterInstall, managedCluster } = objects;
  const rendering = instance ? notRendered(cluster, objects) : undefined;
  if (rendering) return { on: rendering };
  if (conditionOf(agentClusterInstall, 'SpecSynced')?.status !== 'True') {
    return { on: waitingFor(agentClusterInstall, objectPath(refTo(AGENT_CLUSTER_INSTALL, cluster, cluster)), 'SpecSynced') };
  }
  const images = instance ? hosts : [cluster];
  for (const [index, name] of images.entries()) {
    const infraEnv = objects.infraEnvs.find((object) => object.metadata.name === name);
    if (conditionOf(infraEnv, 'ImageCreated')?.status === 'True') continue;
    return { on: waitingFor(infraEnv, objectPath(refTo(INFRA_ENV, name, cluster)), 'ImageCreated'), percent: Math.round((100 * index) / images.length) };
  }
  const percent = numberAt(agentClusterInstall, 'status', 'progress', 'totalPercentage') ?? 0;
  if (percent > 0) throw notFresh(cluster, percent);
  if (managedCluster === undefined) return { on: waitingFor(undefined, objectPath(refTo(MANAGED_CLUSTER, cluster)), 'HubAcceptedManagedCluster') };
  return { met: { [IDENTITY.agentClusterInstall]: agentClusterInstall?.metadata.uid ?? null, [IDENTITY.managedCluster]: managedCluster.metadata.uid ?? null } };
}

/** What the operator has still to do with the ClusterInstance. */
function notRendered(cluster: string, { clusterInstance }: ClusterObjects): WaitingOn | undefined {
  const object = objectPath(refTo(CLUSTER_INSTANCE, cluster, cluster));
  const type = RENDERED.find((one) => conditionOf(clusterInstance, one)?.status !== 'True');
  if (type !== undefined) return waitingFor(clusterInstance, object, type);
  const [seen, wanted] = [numberAt(clusterInstance, 'status', 'observedGeneration'), clusterInstance?.metadata.generation];
  if (seen === wanted) return undefined;
  return { object, condition: 'observedGeneration', reason: 'Behind', message: `the operator has seen generation ${seen ?? 0} of ${wanted ?? 0}` };
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
