import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { conditionOf } from '../conditions.ts';

export const MANAGED_CLUSTER = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' } as const;
export const MANIFEST_WORK = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'ManifestWork' } as const;
export const ADD_ON = { apiVersion: 'addon.open-cluster-management.io/v1alpha1', kind: 'ManagedClusterAddOn' } as const;
export const ADD_ON_CONFIG = { apiVersion: 'agent.open-cluster-management.io/v1', kind: 'KlusterletAddonConfig' } as const;
export const CLUSTER_DEPLOYMENT = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' } as const;
export const INFRA_ENV = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv' } as const;
export const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;

/** On the namespace of a managed cluster: whose it is. */
export const CLUSTER_LABEL = 'cluster.open-cluster-management.io/managedCluster';
export const AUTO_IMPORT_SECRET = 'auto-import-secret';

/** Held by the registration and import controllers until the cluster is detached. */
export const CLUSTER_FINALIZERS = [
  'cluster.open-cluster-management.io/api-resource-cleanup',
  'managedcluster-import-controller.open-cluster-management.io/cleanup',
  'managedcluster-import-controller.open-cluster-management.io/manifestwork-cleanup',
];

export interface ManagedClusterStatus {
  readonly conditions?: readonly Condition[];
  readonly clusterClaims?: readonly { readonly name: string; readonly value: string }[];
}

export function clusterStatus(cluster: KubeObject): ManagedClusterStatus {
  return cluster['status'] ?? {};
}

/** Whether the cluster's agent answers, so that what is deleted here is cleaned up there. */
export function isOnline(cluster: KubeObject): boolean {
  return conditionOf(clusterStatus(cluster).conditions, 'ManagedClusterConditionAvailable')?.status === 'True';
}

export function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
