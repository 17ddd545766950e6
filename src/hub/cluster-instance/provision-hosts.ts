import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { Step, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import { followCluster, waitingFor, type Stage } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { BARE_METAL_HOST, refTo } from '../kinds.ts';
import { conditionOf, textAt } from '../read-object.ts';

/** The hub drives every BMC and has booted each host from its discovery image. */
export function provisionHosts(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const hosts = cluster.nodes.map((node) => node.name);
  return {
    id: 'provision-hosts',
    title: `Boot the hosts of ${cluster.name} from their image`,
    limitMs: 60 * 60_000,
    run: (deps, context) => followCluster(openHub(input, deps, context), (objects) => provisioned(cluster.name, hosts, objects)),
  };
}

export function provisioned(cluster: string, names: readonly string[], { hosts }: ClusterObjects): Stage<undefined> {
  const all = names.map((name) => ({ name, host: hosts.find((host) => host.metadata.name === name) }));
  const open = all.filter(({ host }) => textAt(host, 'status', 'provisioning', 'state') !== 'provisioned');
  const [first] = open;
  if (first === undefined) return { met: undefined };
  return {
    on: waitingOnHost(first.host, objectPath(refTo(BARE_METAL_HOST, first.name, cluster))),
    percent: Math.round((100 * (all.length - open.length)) / all.length),
  };
}

/** A host that is not manageable yet waits for that; its state is said in words, as its conditions have no messages. */
function waitingOnHost(host: KubeObject | undefined, path: string): WaitingOn {
  const type = conditionOf(host, 'Manageable')?.status === 'True' ? 'Provisioned' : 'Manageable';
  const on = waitingFor(host, path, type);
  const state = textAt(host, 'status', 'provisioning', 'state');
  const message = textAt(host, 'status', 'errorMessage') || on.message || `the host is ${state}`;
  return { ...on, message };
}
