import type { ListQuery } from '../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../kube/objects.ts';
import { AGENT, AGENT_CLUSTER_INSTALL, BARE_METAL_HOST, CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE, INFRA_ENV, MANAGED_CLUSTER } from './kinds.ts';

/** What a hub holds about one cluster, at one moment. Lists are in order of name. */
export interface ClusterObjects {
  readonly clusterInstance: KubeObject | undefined;
  readonly agentClusterInstall: KubeObject | undefined;
  readonly clusterDeployment: KubeObject | undefined;
  readonly managedCluster: KubeObject | undefined;
  readonly infraEnvs: readonly KubeObject[];
  readonly hosts: readonly KubeObject[];
  readonly agents: readonly KubeObject[];
}

/** The watches that bring a cluster's objects: its namespace carries its name. */
export function clusterQueries(cluster: string): readonly ListQuery[] {
  const kinds = [CLUSTER_INSTANCE, AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT, INFRA_ENV, BARE_METAL_HOST, AGENT];
  return [...kinds.map((kind) => ({ ...kind, namespace: cluster })), { ...MANAGED_CLUSTER, fieldSelector: `metadata.name=${cluster}` }];
}

export function clusterObjects(cluster: string, seen: readonly KubeObject[]): ClusterObjects {
  const all = ({ kind }: KindRef): readonly KubeObject[] =>
    seen.filter((object) => object.kind === kind).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const one = (kind: KindRef): KubeObject | undefined => all(kind).find((object) => object.metadata.name === cluster);
  return {
    clusterInstance: one(CLUSTER_INSTANCE),
    agentClusterInstall: one(AGENT_CLUSTER_INSTALL),
    clusterDeployment: one(CLUSTER_DEPLOYMENT),
    managedCluster: one(MANAGED_CLUSTER),
    infraEnvs: all(INFRA_ENV),
    hosts: all(BARE_METAL_HOST),
    agents: all(AGENT),
  };
}

export function allObjects(objects: ClusterObjects): readonly KubeObject[] {
  return Object.values(objects).flatMap((value: KubeObject | readonly KubeObject[] | undefined) => value ?? []);
}

/** The Agent that registered from a host: the label is written when the host is bound to it. */
export function agentOf(objects: ClusterObjects, host: string): KubeObject | undefined {
  return objects.agents.find((agent) => agent.metadata.labels?.['agent-install.openshift.io/bmh'] === host);
}
