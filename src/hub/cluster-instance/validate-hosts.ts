import { objectPath } from '../../kube/objects.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { agentOf, type ClusterObjects } from '../cluster-objects.ts';
import { followCluster, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, BARE_METAL_HOST, refTo } from '../kinds.ts';
import { conditionOf } from '../read-object.ts';

/** An agent from every host, approved and valid, and a cluster that is ready but for the hold. */
export function validateHosts(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const hosts = cluster.nodes.map((node) => node.name);
  return {
    id: 'validate-hosts',
    title: `Validate the hosts of ${cluster.name}`,
    limitMs: 60 * 60_000,
    run: (deps, context) => followCluster(openHub(input, deps, context), (objects) => validated(cluster.name, hosts, objects)),
  };
}

export function validated(cluster: string, hosts: readonly string[], objects: ClusterObjects): Stage<undefined> {
  const percentAt = (index: number): number => Math.round((100 * index) / (hosts.length + 1));
  for (const [index, name] of hosts.entries()) {
    const agent = agentOf(objects, name);
    if (agent === undefined) {
      const object = objectPath(refTo(BARE_METAL_HOST, name, cluster));
      return {
        on: { object, condition: 'Provisioned', reason: 'Provisioned', message: 'no Agent has registered from this host yet' },
        percent: percentAt(index),
      };
    }
    const type = (['Connected', 'Validated', 'RequirementsMet'] as const).find((one) => conditionOf(agent, one)?.status !== 'True');
    if (type !== undefined) return { on: waitingFor(agent, objectPath(agent), type), percent: percentAt(index) };
  }
  const install = objects.agentClusterInstall;
  const type = (['Validated', 'RequirementsMet'] as const).find((one) => conditionOf(install, one)?.status !== 'True');
  if (type === undefined) return { met: undefined };
  return { on: waitingFor(install, objectPath(refTo(AGENT_CLUSTER_INSTALL, cluster, cluster)), type), percent: percentAt(hosts.length) };
}
